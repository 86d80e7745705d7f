"use strict";
// The page is complete without this: it only chooses the theme and shows values under the pointer.

const THEMES = ["auto", "light", "dark"];

function rememberedTheme() {
  try { return localStorage.getItem("plimsoll-theme"); } catch { return null; } // files may have no storage
}

function chooseTheme(button, theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.textContent = `Theme: ${theme}`;
  try { localStorage.setItem("plimsoll-theme", theme); } catch { /* then it is forgotten */ }
}

function offerThemes() {
  const button = document.getElementById("theme");
  let theme = THEMES.includes(rememberedTheme()) ? rememberedTheme() : "auto";
  chooseTheme(button, theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    chooseTheme(button, theme);
  });
}

function digits(value) {
  const size = Math.abs(value);
  return value.toLocaleString("en", { maximumFractionDigits: size >= 100 ? 0 : size >= 1 ? 2 : 4 });
}

function duration(seconds) {
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return `${digits(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return seconds < 600 ? `${seconds.toPrecision(3)} s` : `${(seconds / 60).toPrecision(3)} min`;
}

function clock(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function worded(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "clock") return clock(value);
  if (unit === "s") return duration(value);
  if (unit === "%") return `${(value * 100).toFixed(1)} %`;
  return unit === "" || typeof value === "string" ? (typeof value === "string" ? value : digits(value)) : `${digits(value)} ${unit}`;
}

function nearest(places, x) {
  let low = 0;
  let high = places.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] < x) low = middle; else high = middle;
  }
  return x - places[low] < places[high] - x ? low : high;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

class Inspector {
  constructor(figure, data) {
    this.data = data;
    this.plot = figure.querySelector(".plot");
    this.svg = figure.querySelector("svg");
    this.tip = element("div", "tip");
    this.tip.setAttribute("role", "status");
    this.cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    this.cursor.setAttribute("class", "cursor");
    this.cursor.setAttribute("y1", data.box[1]);
    this.cursor.setAttribute("y2", data.box[3]);
    this.at = -1;
    this.svg.addEventListener("pointermove", (event) => this.follow(event));
    this.svg.addEventListener("pointerleave", () => this.hide());
    this.svg.addEventListener("blur", () => this.hide());
    this.svg.addEventListener("keydown", (event) => this.step(event));
  }

  follow(event) {
    const box = this.svg.getBoundingClientRect();
    this.show(nearest(this.data.x, ((event.clientX - box.left) / box.width) * this.svg.viewBox.baseVal.width));
  }

  step(event) {
    const last = this.data.x.length - 1;
    const moves = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last };
    if (event.key === "Escape") this.hide();
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.show(Math.min(last, Math.max(0, moves[event.key])));
  }

  show(at) {
    if (at === this.at) return;
    this.at = at;
    const x = this.data.x[at];
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.svg.append(this.cursor);
    this.tip.replaceChildren(element("b", "", worded(this.data.at[at], this.data.unit)), ...this.rows(at));
    this.plot.append(this.tip);
    this.place((x / this.svg.viewBox.baseVal.width) * this.svg.getBoundingClientRect().width);
  }

  rows(at) {
    return this.data.series.map((series) => {
      const row = element("div");
      row.append(element("span", `swatch ${series.colour}`), element("span", "", series.name));
      row.append(element("span", "", worded(series.values[at], series.unit)));
      return row;
    });
  }

  place(x) {
    const width = this.tip.offsetWidth;
    const room = this.plot.scrollWidth;
    const left = x + 14 + width > room ? x - 14 - width : x + 14;
    this.tip.style.left = `${Math.max(0, left)}px`;
  }

  hide() {
    this.at = -1;
    this.tip.remove();
    this.cursor.remove();
  }
}

offerThemes();
for (const data of document.querySelectorAll('figure > script[type="application/json"]')) {
  const parsed = JSON.parse(data.textContent);
  if (parsed.x.length) new Inspector(data.parentElement, parsed);
}
