"""The small course with quizzes: one topic has exercises and every kind of question, the other only a quiz."""

from pathlib import Path

from small_course import write_course

QUIZ = r"""
- id: d_single
  kind: single_choice
  difficulty: 1
  weight: 2
  exercise: double
  prompt: {en: What doubles x?, zh: 哪个是 x 的两倍？}
  options:
    A: {en: x squared, zh: x 的平方}
    B: {en: x + x, zh: x 加 x}
    C: {en: "half of x, and then half of that, too", zh: x 的一半再减半}

- id: d_several
  kind: multiple_choice
  difficulty: 2
  prompt: {en: Which are even?, zh: 哪些是偶数？}
  options: {A: "2", B: "3", C: "4", D: "5"}

- id: d_truth
  kind: true_false
  difficulty: 1
  prompt: {en: Twice zero is zero., zh: 零的两倍是零。}

- id: d_number
  kind: numeric
  difficulty: 2
  prompt:
    en: |
      What is twice {x} plus $y^{{n}}$, for {n} and {y}?
      A second line.
    zh: 两倍 {x} 加 $y^{{n}}$ 是多少（{n}，{y}）？
  parameters:
    x: {uniform: [-50, 50], digits: 2}
    y: {choice: [2, 3]}
    n: {integer: [1, 4]}
  require: ["x != 0"]
  figures: 6

- id: d_size
  kind: numeric
  difficulty: 2
  prompt: {en: How large are two of 1.5 MB?, zh: 两个 1.5 MB 共多大？}
  units: {MB: 1, KB: 0.001}

- id: d_word
  kind: short_text
  difficulty: 1
  prompt: {en: How is times two called?, zh: 乘二叫什么？}

- id: d_order
  kind: order
  difficulty: 2
  prompt: {en: Order the steps., zh: 排列步骤。}
  steps: {A: read x, B: add x, C: return it, D: rest}

- id: d_output
  kind: predict_output
  difficulty: 1
  prompt: {en: What is printed?, zh: 输出什么？}
  code: |
    for i in range(2):
        print([i, 2 * i])
"""

KEY = """
d_single:
  answer: B
  explanation: {en: Adding doubles., zh: 相加即加倍。}
  replies:
    A: {en: "That is right for 2 alone: 2 squared.", zh: 只对 2 成立：那是平方。}
    C: {en: That makes it smaller., zh: 那样会变小。}
d_several:
  answer: [A, C]
  explanation: {en: 2 and 4 are., zh: 2 和 4 是偶数。}
  replies:
    A: {en: 2 is even., zh: 2 是偶数。}
    B: {en: 3 is odd., zh: 3 是奇数。}
    C: {en: 4 is even., zh: 4 是偶数。}
    D: {en: 5 is odd., zh: 5 是奇数。}
d_truth:
  answer: true
  explanation: {en: 2 times 0 is 0., zh: 2 乘 0 得 0。}
  reply: {en: Nothing plus nothing is nothing., zh: 零加零还是零。}
d_number:
  answer: 2*x + y**n
  absolute: 0.005
  explanation: {en: "2 times {x}, then the power.", zh: "2 乘 {x} 再加幂。"}
  replies:
  - {wrong: x + y**n, en: "You did not double {x}.", zh: "没有把 {x} 加倍。"}
d_size:
  answer: 3
  relative: 0.001
  explanation: {en: Twice 1.5., zh: 1.5 的两倍。}
  replies:
  - {wrong: 1.5, en: That is one of them., zh: 那只是一个的大小。}
d_word:
  accepted: [doubling, 加倍]
  explanation: {en: Double means twice., zh: 加倍即两倍。}
  replies:
  - {wrong: squaring, en: That is a power., zh: 那是乘方。}
d_order:
  accepted: [[A, B, C, D], [A, B, D, C]]
  explanation: {en: "Read, add, return.", zh: 读、加、返回。}
  replies:
  - {first: B, then: A, en: There is no x to add yet., zh: 还没有 x 可加。}
d_output:
  answer: |
    [0, 0]
    [1, 2]
  explanation: {en: A list for each i., zh: 每个 i 一个列表。}
  replies:
  - {wrong: "[1, 2]", en: The loop begins at 0., zh: 循环从 0 开始。}
"""

WORDS_QUIZ = """
- id: w_truth
  kind: true_false
  difficulty: 1
  prompt: {en: A word is a token., zh: 词可以是一个 token。}
"""

WORDS_KEY = """
w_truth:
  answer: true
  explanation: {en: It often is., zh: 往往如此。}
  reply: {en: Think of jieba., zh: 想想 jieba 分词。}
"""

FILES = {
    "exercises/01_demo/quiz.yaml": QUIZ,
    "solutions/01_demo/quiz_key.yaml": KEY,
    "exercises/02_words/topic.toml": 'title = { en = "Words", zh = "词" }\nquiz_points = 3\n',
    "exercises/02_words/quiz.yaml": WORDS_QUIZ,
    "solutions/02_words/quiz_key.yaml": WORDS_KEY,
}


def write_quiz_course(root: Path, *, attempts: int = 2) -> Path:
    """Write the small course with quizzes: 01_demo is worth 2 points more, 02_words 3."""
    write_course(root)
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.lstrip("\n"), encoding="utf-8")
    with (root / "course.toml").open("a", encoding="utf-8") as file:
        file.write(f'[quiz]\nkey = "spring"\nattempts = {attempts}\n')
    return root
