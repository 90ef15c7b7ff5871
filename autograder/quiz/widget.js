// Shows a topic's questions and sends each answer to Python. Every text goes in as text, never as markup.

const WORDS = {
  en: { answered: "answered", true: "true", false: "false", answer: "Answer", up: "up", down: "down", keep: "Keep this order" },
  zh: { answered: "已答", true: "对", false: "错", answer: "答案", up: "上移", down: "下移", keep: "就用这个顺序" },
};

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// Paragraphs, with `code` between backticks.
function prose(text) {
  const block = make("div", "ts-prompt");
  text.split(/(`[^`\n]+`)/).forEach((part) => {
    const isCode = part.length > 2 && part.startsWith("`") && part.endsWith("`");
    block.append(isCode ? make("code", "", part.slice(1, -1)) : part);
  });
  return block;
}

function render({ model, el }) {
  const drafts = {}; // what is typed or moved and not sent yet

  const language = () => model.get("language");
  const words = () => WORDS[language()];
  const answerOf = (id) => model.get("answers")[id];
  const send = (question, answer) => model.send({ question, answer });

  function choice(question, kind) {
    const box = make("div", "ts-options");
    const chosen = [].concat(answerOf(question.id) ?? []);
    const entries = kind === "truth"
      ? ["true", "false"].map((value) => [value, words()[value]])
      : question.options.map(([letter, text]) => [letter, text[language()]]);
    entries.forEach(([value, text]) => {
      const label = make("label", "ts-option");
      const input = make("input");
      input.type = kind === "many" ? "checkbox" : "radio";
      input.name = `${model.get("student")}-${question.id}`;
      input.value = value;
      input.checked = chosen.includes(value);
      input.addEventListener("change", () => {
        const marked = [...box.querySelectorAll("input:checked")].map((one) => one.value);
        send(question.id, kind === "many" ? marked : value);
      });
      label.append(input, make("span", "ts-letter", kind === "truth" ? "" : value), prose(text));
      box.append(label);
    });
    return box;
  }

  function order(question) {
    const box = make("div", "ts-options");
    const texts = Object.fromEntries(question.options);
    const kept = answerOf(question.id);
    const steps = drafts[question.id] ?? (Array.isArray(kept) ? [...kept] : question.options.map(([letter]) => letter));
    steps.forEach((letter, place) => {
      const row = make("div", "ts-option");
      [["up", -1, "▲"], ["down", 1, "▼"]].forEach(([word, by, sign]) => {
        const button = make("button", "ts-move", sign);
        button.title = words()[word];
        button.disabled = place + by < 0 || place + by >= steps.length;
        button.addEventListener("click", () => {
          [steps[place], steps[place + by]] = [steps[place + by], steps[place]];
          drafts[question.id] = steps;
          send(question.id, steps);
          draw();
        });
        row.append(button);
      });
      row.append(make("span", "ts-letter", letter), prose(texts[letter][language()]));
      box.append(row);
    });
    const keep = make("button", "ts-keep", words().keep);
    keep.addEventListener("click", () => send(question.id, steps));
    box.append(keep);
    return box;
  }

  function typed(question, isLong) {
    const input = make(isLong ? "textarea" : "input", "ts-text");
    const kept = answerOf(question.id);
    input.value = drafts[question.id] ?? (typeof kept === "string" ? kept : "");
    input.placeholder = [words().answer, ...question.units].join("  ");
    input.spellcheck = false;
    input.addEventListener("input", () => { drafts[question.id] = input.value; });
    input.addEventListener("change", () => send(question.id, input.value));
    return input;
  }

  const WAYS = {
    one_option: (question) => choice(question, "one"),
    several_options: (question) => choice(question, "many"),
    true_or_false: (question) => choice(question, "truth"),
    all_in_order: order,
    line: (question) => typed(question, false),
    lines: (question) => typed(question, true),
  };

  function shown(question, number) {
    const box = make("section", "ts-question");
    const head = make("div", "ts-head", `${number}  ${question.id}`);
    if (answerOf(question.id) !== undefined) head.append(make("span", "ts-done", " ✓"));
    box.append(head, prose(question.prompt[language()]));
    if (question.code) box.append(make("pre", "ts-code", question.code));
    box.append(WAYS[question.input](question));
    const complaint = model.get("complaints")[question.id];
    if (complaint) box.append(make("div", "ts-complaint", complaint[language()]));
    return box;
  }

  // A student who is typing keeps the field: only what an answer changes is drawn anew.
  function draw() {
    const focus = el.contains(document.activeElement) ? document.activeElement.closest(".ts-question") : null;
    const place = focus ? [...el.querySelectorAll(".ts-question")].indexOf(focus) : -1;
    const field = place >= 0 ? [...focus.querySelectorAll("input, textarea, button")].indexOf(document.activeElement) : -1;
    const questions = model.get("questions");
    const head = make("div", "ts-title", model.get("title")[language()]);
    const done = questions.filter((question) => answerOf(question.id) !== undefined).length;
    head.append(make("span", "ts-count", `  ${done}/${questions.length} ${words().answered} · ${model.get("student")} `));
    const other = language() === "en" ? "zh" : "en";
    const toggle = make("button", "ts-language", other === "zh" ? "中文" : "English");
    toggle.addEventListener("click", () => { model.set("language", other); model.save_changes(); });
    head.append(toggle);
    const body = questions.map((question, index) => shown(question, index + 1));
    el.replaceChildren(head, ...body);
    if (field >= 0) body[place].querySelectorAll("input, textarea, button")[field]?.focus();
  }

  el.classList.add("torchstone-quiz");
  ["answers", "complaints"].forEach((name) => model.on(`change:${name}`, draw));
  model.on("change:language", draw);
  draw();
}

export default { render };
