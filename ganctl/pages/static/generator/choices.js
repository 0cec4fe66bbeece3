// What is asked for. Each kind of generator has a class here with the same methods:
//
// wish()     what Sampler.condition takes
// said()     the same in words
// drawn()    what a seed chose beside it, in words, "" if nothing
// options()  the options of `ganctl sample` that ask for it
// walks()    ways through its values: [{name, stops: [what is said of each], at(from, to, fraction)}]

const MOST_CHIPS = 24;

/** A generator that knows no labels. */
class NoChoices {
  wish() {
    return {};
  }
  said() {
    return "an image";
  }
  drawn() {
    return "";
  }
  options() {
    return [];
  }
  walks() {
    return [];
  }
}

/** Controls that say what to blend, each with its name, and a slider between the two ends. */
class Blend {
  constructor(ends, changed) {
    part("blend").hidden = false;
    this.slider = part("blend-far");
    this.changed = changed;
    this.slider.addEventListener("input", () => this.move(this.slider.value));
    for (const [name, control] of ends) {
      part("blend-with").append(made("label", {}, `${name} `, control));
      // Whoever chooses an end wants to see some of it.
      const touched = () => this.move(this.slider.valueAsNumber || 50);
      control.addEventListener(control.tagName === "SELECT" ? "change" : "input", touched);
    }
  }

  get fraction() {
    return this.slider.valueAsNumber / 100;
  }

  move(value) {
    this.slider.value = value;
    part("blend-said").value = percent(this.fraction);
    this.changed();
  }
}

/** Return parts of a blend, without those that weigh nothing. */
function blended(from, to, fraction) {
  if (from === to) return [[from, 1]];
  const both = [
    [from, 1 - fraction],
    [to, fraction],
  ];
  return both.filter(([, weight]) => weight > 0);
}

/** Return parts of a blend by their names, such as 3:0.7,8:0.3. */
function blendText(parts, names) {
  if (parts.length === 1) return names[parts[0][0]];
  return parts.map(([index, weight]) => `${names[index]}:${+weight.toFixed(2)}`).join(",");
}

/** One class of several, or two; and InfoGAN's codes. */
class ClassChoices {
  constructor(asked, changed) {
    this.asked = asked;
    part("classes").hidden = false;
    this.chosen = 0;
    const choose = (index) => {
      this.chosen = index;
      changed();
    };
    part("class-list").append(this.list(choose));
    if (asked.names.length > 1) {
      this.other = made("select", {}, ...optionsOf(asked.names));
      this.other.selectedIndex = 1;
      this.blend = new Blend([["With", this.other]], changed);
    }
    this.codes = new Map();
    if (asked.continuous) this.offerCodes(changed);
  }

  list(choose) {
    const { names } = this.asked;
    if (names.length > MOST_CHIPS) {
      const select = made("select", { ariaLabel: "Class" }, ...optionsOf(names));
      select.addEventListener("change", () => choose(select.selectedIndex));
      return select;
    }
    const chips = document.createDocumentFragment();
    names.forEach((name, index) => {
      const radio = made("input", { type: "radio", name: "g-class", checked: index === 0 });
      radio.addEventListener("change", () => choose(index));
      chips.append(made("label", { className: "g-chip" }, radio, made("span", {}, name)));
    });
    return chips;
  }

  offerCodes(changed) {
    part("codes").hidden = false;
    const sliders = Array.from({ length: this.asked.continuous }, (_, place) => {
      const output = made("output", {}, "by the seed");
      const slider = made("input", { type: "range", min: -2, max: 2, step: 0.05, value: 0 });
      slider.addEventListener("input", () => {
        this.codes.set(place, slider.valueAsNumber);
        output.value = slider.value;
        changed();
      });
      part("code-list").append(sliderOf(`c${place + 1}`, slider, output));
      return { slider, output };
    });
    part("codes-free").addEventListener("click", () => {
      this.codes.clear();
      for (const { slider, output } of sliders) [slider.value, output.value] = [0, "by the seed"];
      changed();
    });
  }

  get parts() {
    if (!this.blend) return [[this.chosen, 1]];
    return blended(this.chosen, this.other.selectedIndex, this.blend.fraction);
  }

  wish() {
    return { classes: this.parts, codes: this.codes };
  }

  said() {
    const codes = [...this.codes].map(([place, value]) => `, c${place + 1} = ${value}`);
    return `class ${blendText(this.parts, this.asked.names).replace(",", ", ")}${codes.join("")}`;
  }

  drawn() {
    return "";
  }

  options() {
    const codes = [...this.codes].flatMap(([place, value]) => ["--code", `c${place + 1}=${value}`]);
    return ["--class", blendText(this.parts, this.asked.typed), ...codes];
  }

  walks() {
    const { names } = this.asked;
    if (names.length < 2) return [];
    const at = (from, to, f) => ({ classes: blended(from, to, f), codes: this.codes });
    return [{ name: "through the classes", stops: names, first: () => this.chosen, at }];
  }
}

/** Attributes and quantities; those that are not fixed are drawn by the seed. */
class PartChoices {
  constructor(asked, changed) {
    this.asked = asked;
    this.named = new Map();
    part("parts").hidden = false;
    this.controls = [
      ...asked.attributes.map((attribute, place) => this.offerValues(attribute, place, changed)),
      ...asked.quantities.map((quantity, place) => this.offerRange(quantity, place, changed)),
    ];
    part("parts-free").addEventListener("click", () => {
      this.named.clear();
      this.controls.forEach((control) => control.free());
      this.blend?.move(0);
      changed();
    });
    if (asked.attributes.length) this.offerBlend(changed);
  }

  offerValues({ name, values }, place, changed) {
    const select = made("select", {}, ...["any", ...values].map((text) => made("option", {}, text)));
    select.addEventListener("change", () => {
      if (select.selectedIndex) this.named.set(place, { parts: [[select.selectedIndex - 1, 1]] });
      else this.named.delete(place);
      changed();
    });
    part("part-list").append(made("label", {}, `${name} `, select));
    return { free: () => (select.selectedIndex = 0) };
  }

  offerRange({ name, low, high }, index, changed) {
    const place = this.asked.attributes.length + index;
    const output = made("output", {}, "any");
    const middle = (low + high) / 2;
    const slider = made("input", { type: "range", min: low, max: high, step: "any", value: middle });
    slider.addEventListener("input", () => {
      const number = Math.min(Math.max(+slider.valueAsNumber.toPrecision(4), low), high);
      this.named.set(place, { number });
      output.value = number;
      changed();
    });
    part("part-list").append(sliderOf(name, slider, output));
    return { free: () => ([slider.value, output.value] = [middle, "any"]) };
  }

  /** Blend one attribute between two of its values. */
  offerBlend(changed) {
    const { attributes } = this.asked;
    const of = made("select", {}, ...optionsOf(attributes.map(({ name }) => name)));
    const from = made("select", {});
    const to = made("select", {});
    const fill = () => {
      const { values } = attributes[of.selectedIndex];
      from.replaceChildren(...optionsOf(values));
      to.replaceChildren(...optionsOf(values));
      to.selectedIndex = 1;
    };
    fill();
    of.addEventListener("change", fill);
    this.ends = { of, from, to };
    this.blend = new Blend([["Attribute", of], ["From", from], ["To", to]], changed);
  }

  /** Return what is fixed, with the blend in it once its slider has left 0. */
  fixed() {
    if (!this.blend || this.blend.fraction === 0) return this.named;
    const { of, from, to } = this.ends;
    const parts = blended(from.selectedIndex, to.selectedIndex, this.blend.fraction);
    return this.with(of.selectedIndex, parts);
  }

  /** Return what is fixed in order of place, with one attribute as `parts` have it. */
  with(place, parts) {
    return new Map([...this.named, [place, { parts }]].sort(([a], [b]) => a - b));
  }

  wish() {
    return { named: this.fixed() };
  }

  texts(valueNames, name) {
    const { attributes, quantities } = this.asked;
    return [...this.fixed()].sort(([a], [b]) => a - b).map(([place, { parts, number }]) =>
      parts
        ? `${name(attributes[place])}=${blendText(parts, valueNames(attributes[place]))}`
        : `${name(quantities[place - attributes.length])}=${number}`,
    );
  }

  said() {
    const texts = this.texts(({ values }) => values, ({ name }) => name);
    return texts.join(", ") || "any attributes";
  }

  drawn(seed) {
    const { attributes, quantities } = this.asked;
    const named = this.fixed();
    const texts = sampler.rows.draw(named, seed).flatMap((value, place) => {
      if (named.has(place) || Number.isNaN(value)) return [];
      const attribute = attributes[place];
      if (attribute) return [`${attribute.name}=${attribute.values[value]}`];
      const { name, low, high } = quantities[place - attributes.length];
      return [`${name}=${+(low + ((value + 1) / 2) * (high - low)).toPrecision(4)}`];
    });
    return texts.length ? `By the seed: ${texts.join(", ")}` : "";
  }

  options() {
    const texts = this.texts(({ typed }) => typed, ({ typedName }) => typedName);
    return texts.flatMap((text) => ["--set", text]);
  }

  walks() {
    return this.asked.attributes.map(({ name, values }, place) => ({
      name: `through ${name}`,
      stops: values.map((value) => `${name}=${value}`),
      first: () => this.named.get(place)?.parts[0][0] ?? 0,
      at: (from, to, fraction) => ({ named: this.with(place, blended(from, to, fraction)) }),
    }));
  }
}

/** A sentence, or a place between two. */
class WordChoices {
  constructor(asked, changed) {
    this.asked = asked;
    part("words").hidden = false;
    this.sentence = part("sentence");
    this.sentence.value = asked.examples[0];
    this.other = made("input", { type: "text", autocomplete: "off", spellcheck: false });
    this.other.value = asked.examples[1] ?? asked.examples[0];
    const told = () => {
      this.suggest(told);
      changed();
    };
    this.blend = new Blend([["With another sentence", this.other]], told);
    const examples = part("examples");
    examples.append(...optionsOf(asked.examples));
    examples.addEventListener("change", () => {
      this.sentence.value = asked.examples[examples.selectedIndex];
      told();
    });
    this.sentence.addEventListener("input", told);
    this.suggest(told);
  }

  read(text) {
    return numbersOf(text, this.asked.vocabulary, this.asked.length);
  }

  /** Offer words that begin as the last one does, else the most frequent; name the unknown ones. */
  suggest(told) {
    const text = this.sentence.value;
    const last = /\s$/.test(text) ? "" : (wordsOf(text).at(-1) ?? "");
    const begin = this.asked.vocabulary.filter((word) => word.startsWith(last) && word !== last);
    const open = last && begin.length;
    const offered = (open ? begin : this.asked.vocabulary).slice(0, MOST_CHIPS);
    part("suggested").replaceChildren(
      ...offered.map((word) => {
        const button = made("button", { type: "button" }, word);
        button.addEventListener("click", () => {
          const kept = open ? text.slice(0, text.length - last.length) : text && `${text.trimEnd()} `;
          this.sentence.value = `${kept}${word} `;
          this.sentence.focus();
          told();
        });
        return button;
      }),
    );
    const texts = this.blend.fraction ? [text, this.other.value] : [text];
    const unknown = texts.flatMap((each) => this.read(each).unknown);
    part("unknown").textContent = unknown.length ? `It does not know: ${unknown.join(", ")}.` : "";
  }

  wish() {
    const fraction = this.blend.fraction;
    const ends = [this.read(this.sentence.value).numbers, this.read(this.other.value).numbers];
    return { captions: blended(0, 1, fraction).map(([end, weight]) => [weight, ends[end]]) };
  }

  said() {
    const ours = `“${this.sentence.value.trim()}”`;
    const { fraction } = this.blend;
    return fraction ? `${ours}, ${percent(fraction)} of the way to “${this.other.value.trim()}”` : ours;
  }

  drawn() {
    return "";
  }

  /** No option of `sample` means a place between two sentences. */
  options() {
    return this.blend.fraction ? null : ["--text", this.sentence.value.trim()];
  }

  walks() {
    const stops = this.asked.examples;
    if (stops.length < 2) return [];
    const numbers = stops.map((text) => this.read(text).numbers);
    const at = (from, to, fraction) => ({
      captions: blended(from, to, fraction).map(([end, weight]) => [weight, numbers[end]]),
    });
    return [{ name: "through the examples", stops, first: () => 0, at }];
  }
}

const CHOICES = {
  nothing: NoChoices, classes: ClassChoices, parts: PartChoices, words: WordChoices,
};
