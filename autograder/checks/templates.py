"""Every sentence about a failed check, in both languages. `describe` chooses among them and fills them in.

docs/messages.md shows each of them once; docs/messages.py writes that page.
"""

import msgspec

from ..text import Text


class Description(msgspec.Struct, frozen=True):
    """One failure as two sentences."""

    full: Text
    brief: Text  # names no input and no expected value


def followed(text: Text, hint: Text) -> Text:
    """Return the text and the hint, with a full stop between them where one is missing."""
    if not hint:
        return text
    en = text.en if text.en.endswith((".", "?", "!")) else text.en + "."
    zh = text.zh if text.zh.endswith(("。", "？", "！", ".")) else text.zh + "。"
    return Text(en + hint.en, zh + hint.zh)


# The answer is what a call of the student's function returned.
RETURNED = {
    "type": Text(
        "{call} returned {actual}{where}, expected {expected}.", "{call} 返回了{actual}{where}，应为{expected}。"
    ),
    "none": Text(
        "{call} returned None, expected {expected}. Is `return` missing?",
        "{call} 返回了 None，应为{expected}。是不是漏写了 return？",
    ),
    "none_item": Text(
        "{call} returned None{where}, expected {expected}. A helper without `return` gives None; so do methods such as "
        "list.sort() and loss.backward().",
        "{call} 返回了 None{where}，应为{expected}。没有 return 的函数会得到 None，list.sort()、loss.backward() "
        "这类方法也是。",
    ),
    "results": Text(
        "{call} returned {actual}, expected {count} results{names}. Return them together: `return a, b`.",
        "{call} 返回了{actual}，应返回 {count} 个结果{names}。请一起返回：return a, b。",
    ),
    "shape": Text(
        "{call} returned shape {actual}{where}, expected {expected}.",
        "{call} 返回的形状是 {actual}{where}，应为 {expected}。",
    ),
    "dtype": Text(
        "{call} returned dtype {actual}{where}, expected {expected}.",
        "{call} 返回的 dtype 是 {actual}{where}，应为 {expected}。",
    ),
    "value": Text(
        "{call} returned {actual}{where}, expected {expected}.", "{call} 返回了 {actual}{where}，应为 {expected}。"
    ),
    "values": Text(
        "{call} returned {wrong} of {total} wrong values{where}; the first at {index}: {input}gave {actual}, expected "
        "{expected}.",
        "{call} 返回的 {total} 个值中有 {wrong} 个不对{where}；第一个在 {index}：{input}得到 {actual}，应为 {expected}。",
    ),
    "text": Text(
        "{call} returned a string that is wrong from character {index} on{where}: {actual}, expected {expected}.",
        "{call} 返回的字符串从第 {index} 个字符（从 0 数起）开始不对{where}：得到 {actual}，应为 {expected}。",
    ),
    "length": Text(
        "{call} returned {actual}{where}, expected {expected}.", "{call} 返回了 {actual}{where}，应为 {expected}。"
    ),
    "keys": Text(
        "{call} returned the keys {actual}{where}, expected {expected}.",
        "{call} 返回的键是 {actual}{where}，应为 {expected}。",
    ),
    "exception": Text(
        "{call} returned {actual}, but it should raise {expected}.", "{call} 返回了 {actual}，但应该抛出 {expected}。"
    ),
    "changed": Text(
        "{call} changed its input {argument} in place: {place} was {expected}, then {actual}.",
        "{call} 原地修改了输入 {argument}：{place}原来是 {expected}，之后是 {actual}。",
    ),
    "law": Text("After {call}: {law}", "{call} 之后：{law}"),
}

# The answer is what a check read or computed afterwards: an attribute, a parameter, a sum.
FOUND = {
    "type": Text("{after}{thing} is {actual}, expected {expected}.", "{after}{thing}是{actual}，应为{expected}。"),
    "shape": Text(
        "{after}{thing} has shape {actual}, expected {expected}.", "{after}{thing}的形状是 {actual}，应为 {expected}。"
    ),
    "dtype": Text(
        "{after}{thing} has dtype {actual}, expected {expected}.",
        "{after}{thing}的 dtype 是 {actual}，应为 {expected}。",
    ),
    "value": Text("{after}{thing} is {actual}, expected {expected}.", "{after}{thing}是 {actual}，应为 {expected}。"),
    "values": Text(
        "{after}{wrong} of {total} values of {thing} are wrong; the first at {index} is {actual}, expected {expected}.",
        "{after}{thing}的 {total} 个值中有 {wrong} 个不对；第一个在 {index}：是 {actual}，应为 {expected}。",
    ),
    "text": Text(
        "{after}{thing} is wrong from character {index} on: {actual}, expected {expected}.",
        "{after}{thing}从第 {index} 个字符（从 0 数起）开始不对：是 {actual}，应为 {expected}。",
    ),
    "length": Text("{after}{thing} has {actual}, expected {expected}.", "{after}{thing}有 {actual}，应为 {expected}。"),
    "keys": Text(
        "{after}{thing} has the keys {actual}, expected {expected}.", "{after}{thing}的键是 {actual}，应为 {expected}。"
    ),
}
AFTER = Text("After {call}, ", "{call} 之后，")
LOOKED_AT = Text("the value that the check looks at", "检查所看的值")
USING = Text("Using the result of {call}", "使用 {call} 的结果时，程序")

# Why autograd gave no gradient.
GRADIENT = {
    "none": Text(
        "{call} returned None, so it has no gradient. Is `return` missing?",
        "{call} 返回了 None，因此没有梯度。是不是漏写了 return？",
    ),
    "no_tensor": Text(
        "{call} returned something that is not a tensor, so autograd cannot follow it. Compute with torch and return a "
        "tensor, not a Python number or a numpy array.",
        "{call} 返回的不是张量，自动求导无法跟踪。请用 torch 计算并返回张量，不要返回 Python 数字或 numpy 数组。",
    ),
    "detached": Text(
        "{call} returned a tensor that is cut off from autograd: it has no gradient with respect to {argument}. Look for "
        ".detach(), .item(), .data, torch.no_grad(), numpy, or torch.tensor(…) around a computed value.",
        "{call} 返回的张量与自动求导断开了，对 {argument} 没有梯度。请检查是否用了 .detach()、.item()、.data、"
        "torch.no_grad()、numpy，或用 torch.tensor(…) 包住了算出的值。",
    ),
    "unused": Text(
        "{call} returned a tensor that does not depend on {argument}. Is {argument} used in the computation, or only a "
        "detached copy of it?",
        "{call} 返回的张量与 {argument} 无关。计算中用到 {argument} 了吗？还是只用了它 detach 之后的副本？",
    ),
}

# Sentences that follow another one, where the fault is a common one.
HINTS = {
    "printed": Text(
        " It printed something: print shows a value, return gives it back.",
        "函数打印了内容：print 只是显示，return 才会把值交回来。",
    ),
    "something_none": Text(
        " Something is None here: is a `return` missing?", "这里有个值是 None：是不是漏写了 return？"
    ),
    "iterator": Text(" Make a list of it: list(…).", "请用 list(…) 转成列表。"),
    "function": Text(
        " That is a function, not its result: call it with ().", "这是函数本身，不是它的结果：调用时要加括号 ()。"
    ),
    "layer": Text(
        " That is a layer, not its output: call it on the input.", "这是网络层本身，不是它的输出：请把输入传给它。"
    ),
    "array": Text(
        " Compute with torch, or convert it with torch.from_numpy(…).",
        "请用 torch 计算，或用 torch.from_numpy(…) 转换。",
    ),
    "keep_tensor": Text(
        " Keep it a tensor: leave out .item(), float(…) or .tolist().",
        "请保留张量：不要用 .item()、float(…) 或 .tolist()。",
    ),
    "to_number": Text(" Take the number out with .item().", "请用 .item() 取出数值。"),
    "to_list": Text(" Turn it into a list with .tolist().", "请用 .tolist() 转成列表。"),
    "to_int": Text(" Use // in place of /, or int(…).", "请用 // 代替 /，或用 int(…)。"),
    "tuple_to_list": Text(" Write […] for a list; (…) is a tuple.", "列表用 […]；(…) 是元组。"),
    "item_order": Text(" The order of the keys counts, too.", "键的顺序也要一致。"),
    "input_dtype": Text(
        " The input is {expected}: give the result the same dtype.", "输入是 {expected}，结果也应是这个 dtype。"
    ),
    "is_float32": Text(
        " These numbers are only as precise as float32: somewhere you compute in float32.",
        "这些数只有 float32 的精度：计算中某处用了 float32。",
    ),
    "seven_digits": Text(
        " The values are right only to about 7 digits. Do you compute somewhere in float32, for example with "
        "torch.tensor(…) without a dtype? Or is a small constant such as eps in the wrong place?",
        "结果大约只有 7 位有效数字是对的。是不是某处用了 float32，比如 torch.tensor(…) 没有写 dtype？"
        "或者 eps 之类的小常数放错了位置？",
    ),
    "copy": Text(
        " Change a copy ({argument}.clone()), or write {argument} = {argument} + … in place of {argument} += ….",
        "请修改副本（{argument}.clone()），或者把 {argument} += … 写成 {argument} = {argument} + …。",
    ),
    "copy_list": Text(" Change a copy ({argument}.copy()).", "请修改副本（{argument}.copy()）。"),
    "cuda": Text(
        " Grading runs on the CPU, without a GPU: leave out 'cuda', or use the device of the input (x.device).",
        "评分在 CPU 上进行，没有 GPU：请去掉 'cuda'，或使用输入所在的设备（x.device）。",
    ),
    "in_place": Text(
        " Do not change a tensor in place here: write x = x + … in place of x += …, or change a copy (x.clone()).",
        "这里不能原地修改张量：请把 x += … 写成 x = x + …，或者修改副本（x.clone()）。",
    ),
    "exit": Text(
        " Use `return` to leave a function: exit() and quit() end the program.",
        "要离开函数，请用 return：exit() 和 quit() 会结束整个程序。",
    ),
    "state": Text(
        " Called alone, in a fresh process, it gives the right answer. Your code keeps something from earlier calls: a "
        "global variable, a default argument such as [] or {}, or an attribute of the class.",
        "在新的进程里单独调用，结果是对的。你的代码保留了之前调用的状态：可能是全局变量、[] 或 {} 这样的默认参数，"
        "或类的属性。",
    ),
}

# An answer that made the check's own code raise: first the answer, then what was wrong with it.
ANSWERS = {
    "returned": Text("{call} returned {actual}", "{call} 返回了{actual}"),
    "attribute": Text("{thing} is {actual}", "{thing} 是{actual}"),
    "found": Text("After {call}, the value that the check looks at is {actual}", "{call} 之后，检查所看的值是{actual}"),
}
ODD = {
    "none": Text(
        "{answer}, and the check needs its result. Is `return` missing?",
        "{answer}，但检查需要用到结果。是不是漏写了 return？",
    ),
    "none_found": Text("{answer}; the check expected a value.", "{answer}，检查需要的是一个值。"),
    "too_few": Text("{answer}; the check expected more items.", "{answer}；检查需要更多项。"),
    "no_key": Text("{answer}; the check expected the key {key} in it.", "{answer}；其中应有键 {key}。"),
    "no_tensor": Text("{answer}, expected a tensor.", "{answer}，应为张量。"),
    "no_attribute": Text("{answer}, which has no `{name}`.", "{answer}，它没有 {name}。"),
    "no_sequence": Text("{answer}, expected something with several items.", "{answer}，应为含有多项的值。"),
    "not_computable": Text(
        "{answer}; the check could not compute with it: {error}", "{answer}；检查无法用它计算：{error}"
    ),
    "other": Text(
        "{answer}; the check could not go on with it. It checks: {title}",
        "{answer}；检查无法用它继续。检查的内容：{title}",
    ),
    "nothing_asked": Text("The check could not be finished. It checks: {title}", "检查没有完成。检查的内容：{title}"),
}

NOT_WRITTEN = Text("{name} is not written yet.", "{name} 还没有写。")
OUT_OF_TIME = Text(
    "{call} was stopped after {seconds} s: is there a loop that never ends?",
    "{call} 运行 {seconds} 秒后被终止：是否有死循环？",
)
DIED = Text("{call} ended the process that ran it: {death}.", "运行 {call} 的进程结束了：{death}。")
DEATHS = {
    "SIGKILL": Text("the system killed it, most likely because memory ran out", "被系统杀死，很可能是内存用完了"),
    "SIGXCPU": Text("it used up its processor time", "用完了处理器时间"),
    "SIGXFSZ": Text("it wrote a file that is too large", "写入的文件太大"),
    "SIG": Text(
        "it crashed inside native code ({death}), for example because memory ran out or a recursion went too deep",
        "在底层代码中崩溃（{death}），可能是内存用完了，或递归太深",
    ),
    "exit status 70": Text(
        "your code changed something that Python or torch needs, for example with torch.set_default_device('cuda'). "
        "Grading runs on the CPU, without a GPU",
        "代码改动了 Python 或 torch 运行所需的东西，比如 torch.set_default_device('cuda')。评分在 CPU 上进行，没有 GPU",
    ),
    "exit": Text(
        "your code called exit(), quit() or os._exit(). Use `return` to leave a function",
        "代码调用了 exit()、quit() 或 os._exit()。要离开函数，请用 return",
    ),
    "scratch": Text("it wrote too much into its folder", "在它的文件夹里写了太多内容"),
    "again": Text("the file ended its process again while it was loaded", "文件在加载时再次使进程结束"),
    "": Text("the grader could not read its answer ({death})", "评分程序读不懂它的回答（{death}）"),
}
RAISED = Text("{call} raised {type}: {message}", "{call} 抛出 {type}：{message}")
RAISED_BARE = Text("{call} raised {type}", "{call} 抛出 {type}")
RAISED_AT = Text(" ({file}, line {line}: {source})", "（{file} 第 {line} 行：{source}）")
RAISED_OTHER = Text(" It should raise {expected} here.", "这里应抛出 {expected}。")
NO_ATTRIBUTE = Text("{object} has no attribute `{name}`.", "{object} 没有属性 {name}。")
UNUSABLE = Text(
    "The check could not use the result of {call}: {type}: {message}", "检查无法使用 {call} 的结果：{type}：{message}"
)
TOO_LARGE = Text(
    "{call} returned a value that cannot be sent to the grader: {message}.",
    "{call} 返回的值无法传给评分程序：{message}。",
)
BANNED = Text(
    "{exercise} may not use {banned} ({file}, line {line}).", "{exercise} 不允许使用 {banned}（{file} 第 {line} 行）。"
)
BANNED_RUN = Text(
    "{exercise} may not use {banned}, or anything built on it: {file}, line {line} runs it.",
    "{exercise} 不允许使用 {banned} 及基于它的函数：{file} 第 {line} 行运行了它。",
)

# What a student reads of a hidden check by default: the kind of failure only.
BRIEF = {
    "type": Text("returned the wrong type", "返回值的类型不对"),
    "none": Text("returned None: is `return` missing?", "返回了 None：是不是漏写了 return？"),
    "shape": Text("returned the wrong shape", "返回值的形状不对"),
    "dtype": Text("returned the wrong dtype", "返回值的 dtype 不对"),
    "values": Text("returned wrong values", "返回的数值不对"),
    "nan": Text("returned NaN where a number was expected", "在应为数值的地方返回了 NaN"),
    "length": Text("returned the wrong number of items", "返回的个数不对"),
    "keys": Text("returned the wrong keys", "返回的键不对"),
    "exception": Text("did not raise the exception that was asked for", "没有抛出要求的异常"),
    "changed": Text("changed its input in place", "原地修改了输入"),
    "gradient": Text("returned a result that is cut off from autograd", "返回的结果与自动求导断开了"),
    "law": Text("broke a rule that every right answer obeys", "违反了正确答案必须满足的规律"),
    "odd": Text("returned something that the check could not work with", "返回的值让检查无法继续"),
    "too_large": Text("returned a value that cannot be sent to the grader", "返回的值无法传给评分程序"),
    "time": Text("did not finish in time", "没有在限时内完成"),
    "died": Text("ended the process that ran it", "使运行它的进程结束了"),
    "raised": Text("raised {type}", "抛出 {type}"),
    "raised_at": Text(" ({file}, line {line})", "（{file} 第 {line} 行）"),
    "no_attribute": Text("lacks an attribute that the check needs", "缺少检查需要的属性"),
}
