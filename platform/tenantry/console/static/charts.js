// Draws each chart from the table below it, so that both say the same and the page can do without this.
"use strict";

(() => {
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2]]; // lines differ by more than their colours
  const MARKS = ["solid", "dashed", "dotted", "dashed", "dashed"]; // and so do their names
  const WHOLE = Array.from({ length: 27 }, (_, at) => [1, 2, 5][at % 3] * 10 ** Math.floor(at / 3)); // steps of an axis
  const drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const WORDS = {
    milliseconds: (value) => (value >= 1000 ? `${whole.format(value / 1000)} s` : `${whole.format(Math.round(value))} ms`),
    seconds: (value) => (value >= 7200 ? `${whole.format(value / 3600)} h` : value >= 120 ? `${whole.format(value / 60)} min` : `${whole.format(value)} s`),
    count: (value) => (value >= 10000 ? short.format(value) : whole.format(value)),
  };
  WORDS.depth = WORDS.count;

  function read(figure) {
    const rows = [...figure.querySelectorAll("tbody tr")];
    const heads = [...figure.querySelectorAll("thead th")].slice(1);
    const names = heads.map((cell) => cell.textContent);
    const counts = ["count", "depth"].includes(figure.dataset.unit); // nothing counted is a count of 0
    const value = (cell) => (cell.dataset.value === "" ? (counts ? 0 : null) : Number(cell.dataset.value));
    return {
      names,
      own: heads.filter((cell) => !("before" in cell.dataset)).length, // after them come lines of another time
      times: rows.map((row) => Number(row.cells[0].dataset.at)),
      lines: names.map((_, line) => rows.map((row) => value(row.cells[line + 1]))),
    };
  }

  // Each stacked one stands on those after it, so that what failed is at the bottom.
  function stacked(lines, own) {
    const whole = lines.slice(0, own);
    return [...whole.map((_, first) => whole[first].map((_, step) => whole.slice(first).reduce((sum, line) => sum + line[step], 0))), ...lines.slice(own)];
  }

  // Where nothing was measured before and after, there is no line to see.
  function alone(values) {
    return values.flatMap((value, at) => (value != null && values[at - 1] == null && values[at + 1] == null ? [at] : []));
  }

  function series(figure, { names, own, lines }) {
    const words = WORDS[figure.dataset.unit];
    const shown = (line) => (_, __, ___, step) => (step == null ? "" : lines[line][step] == null ? "–" : words(lines[line][step]));
    if (figure.dataset.shape === "stacked") {
      const fills = ["well", "line-2", "line-3"];
      const paths = uPlot.paths.bars({ size: [0.8, 40] });
      return names.map((label, line) => line >= own ? { label, value: shown(line), stroke: colour("text"), width: 1.5, dash: [5, 3], points: { show: false } } : ({ label, value: shown(line), fill: colour(fills[line]), stroke: colour(fills[line]), width: 0, points: { show: false }, paths }));
    }
    return names.map((label, line) => {
      const at = (line % own) % 5;
      const stroke = colour(`line-${at + 1}`) + (line < own ? "" : "66"); // lighter
      return {
        label, value: shown(line), stroke, width: line < own ? 2 : 1.5, dash: DASHES[at], spanGaps: false,
        points: { show: true, size: 6, fill: stroke, filter: () => alone(lines[line]) },
      };
    });
  }

  function axes(words) {
    const common = { stroke: colour("quiet"), font: "12px system-ui, sans-serif", grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("grid"), width: 1, size: 5 } };
    const clock = (splits) => splits.map((at, index) => {
      const [day, time] = [at, index && splits[index - 1]].map((each) => new Date(each * 1000).toISOString());
      const hour = day.slice(11, 16);
      return hour === "00:00" || (index && day.slice(0, 10) !== time.slice(0, 10)) ? day.slice(5, 10) : hour;
    });
    return [
      { ...common, space: 60, values: (_, splits) => clock(splits) },
      { ...common, size: 62, incrs: WHOLE, values: (_, splits) => splits.map((value) => words(value)) },
    ];
  }

  // What is dragged over becomes the page's own range, in whole minutes.
  function zoom(chart) {
    const { left, width } = chart.select;
    if (width < 4) return;
    const [from, to] = [Math.floor(chart.posToVal(left, "x") / 60), Math.ceil(chart.posToVal(left + width, "x") / 60)];
    const address = new URL(location.href);
    address.searchParams.delete("range");
    address.searchParams.set("from", new Date(from * 60000).toISOString().slice(0, 16));
    address.searchParams.set("to", new Date(to * 60000).toISOString().slice(0, 16));
    location.assign(address);
  }

  function draw(figure) {
    const plot = figure.querySelector(".plot");
    if (!plot) return;
    plot.replaceChildren();
    figure.classList.add("drawn", figure.dataset.shape);
    const { names, own, times, lines } = read(figure);
    figure.classList.toggle("compared", own < names.length);
    const words = WORDS[figure.dataset.unit];
    const high = (_, __, top) => [0, top > 0 ? top * 1.08 : 1];
    const margin = figure.dataset.shape === "stacked" ? (times[1] - times[0]) / 2 : 0; // half a bar
    const options = {
      width: plot.clientWidth, height: 200, legend: { live: true, markers: { dash: (_, line) => (figure.dataset.shape === "stacked" && line > own ? "dashed" : MARKS[((line - 1) % own) % 5]) } },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      scales: { x: { range: (_, first, last) => [first - margin, last + margin] }, y: { range: high } },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, sync: { key: "tenant" }, points: { show: figure.dataset.shape !== "stacked" } },
      axes: axes(words),
      hooks: { setSelect: [zoom] },
      series: [{ label: "", value: (_, at) => (at == null ? "" : `${new Date(at * 1000).toISOString().slice(5, 16).replace("T", " ")} UTC`) }, ...series(figure, { names, own, lines })],
    };
    const values = figure.dataset.shape === "stacked" ? stacked(lines, own) : lines;
    drawn.push([plot, new uPlot(options, [times, ...values], plot)]);
  }

  function drawAll() {
    drawn.splice(0).forEach(([, chart]) => chart.destroy());
    document.querySelectorAll(".chart").forEach(draw);
    document.documentElement.classList.toggle("drawn-all", drawn.length > 0);
  }

  addEventListener("resize", () => drawn.forEach(([plot, chart]) => chart.setSize({ width: plot.clientWidth, height: 200 })));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  document.addEventListener("content", drawAll);
  drawAll();
})();
