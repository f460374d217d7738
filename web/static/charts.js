// Charts. Their data stand in the page, and the same as a table beneath, so nothing is lost where no library was installed.
const drawn = new WeakSet();
const DAY = 86_400_000;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const size = Math.round(Number.parseFloat(style.fontSize) * 0.86); // larger on a wall, as all else
  return { size, ink: of("ink"), quiet: of("quiet"), line: of("line"), faint: of("faint"), panel: of("panel"), "-1": of("negative"), 0: of("neutral"), 1: of("positive"), accent: of("accent") };
}

function local(iso, zone, length) {
  const shift = (zone[0] === "-" ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5)));
  return new Date(Date.parse(iso) + shift * 60_000).toISOString().slice(5, 16).replace("T", " ").slice(-length);
}

// How a time is written on an axis: with the day where there are several, with seconds where all is within minutes.
function axisTime(points, zone) {
  const span = points.length ? points.at(-1) - points[0] : 0;
  const length = span > DAY ? 11 : 5;
  return (at) => (span < 600_000 ? clock(at, zone) : local(new Date(at).toISOString(), zone, length));
}

function clock(at, zone) {
  return `${local(new Date(at).toISOString(), zone, 5)}:${String(new Date(at).getSeconds()).padStart(2, "0")}`;
}

function frame(c) {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: c.quiet },
    grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, right: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: c.quiet, fontSize: c.size } },
    // Drawn on the canvas: as HTML it would set style attributes, which our policy does not let pass.
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, backgroundColor: c.panel, borderColor: c.line, textStyle: { color: c.ink, fontSize: c.size } },
  };
}

function axes(c, times) {
  return {
    xAxis: { type: "category", data: times, axisTick: { show: false }, axisLine: { lineStyle: { color: c.line } }, axisLabel: { color: c.quiet, hideOverlap: true, fontSize: c.size } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: c.faint } }, axisLabel: { color: c.quiet, fontSize: c.size } },
  };
}

function timeline(element, chart) {
  const c = colours();
  const slots = JSON.parse(element.dataset.slots);
  const names = JSON.parse(element.dataset.names);
  const long = slots.length > 1 && Date.parse(slots.at(-1).start) - Date.parse(slots[0].start) > DAY;
  const series = [-1, 0, 1].map((sentiment, n) => ({
    name: names[n], type: "bar", stack: "all", barCategoryGap: "18%", barMaxWidth: 48, itemStyle: { color: c[sentiment] }, data: slots.map((slot) => slot.sentiments[sentiment]),
  }));
  const label = (slot) => ("byDay" in element.dataset ? local(slot.start, element.dataset.zone, 11).slice(0, 5) : local(slot.start, element.dataset.zone, long ? 11 : 5));
  chart.setOption({ ...frame(c), ...axes(c, slots.map(label)), series });
  leads(chart, slots);
}

// A click on a step leads to its posts.
function leads(chart, steps) {
  chart.getZr().on("click", (event) => {
    const [step] = chart.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [event.offsetX, event.offsetY]);
    if (chart.containPixel("grid", [event.offsetX, event.offsetY]) && steps[step]?.link) location.assign(steps[step].link);
  });
  chart.getZr().on("mousemove", (event) => chart.getZr().setCursorStyle(chart.containPixel("grid", [event.offsetX, event.offsetY]) ? "pointer" : "default"));
}

function observations(element, chart) {
  const c = colours();
  const points = JSON.parse(element.dataset.points);
  const names = JSON.parse(element.dataset.names);
  const lines = [["forwards", c["-1"]], ["comments", c.accent], ["likes", c[0]]];
  const series = lines.map(([name, colour], n) => ({
    name: names[n], type: "line", connectNulls: true, symbolSize: 5, lineStyle: { color: colour, width: 2 }, itemStyle: { color: colour }, data: points.map((point) => [Date.parse(point.at), point[name]]),
  }));
  const base = axes(c, []);
  const label = { ...base.xAxis.axisLabel, formatter: axisTime(points.map((point) => Date.parse(point.at)), element.dataset.zone) };
  const room = frame(c);
  chart.setOption({ ...room, grid: { ...room.grid, right: 30 }, ...base, xAxis: { ...base.xAxis, type: "time", data: undefined, axisLabel: label }, series });
}

// A ground behind some of the steps. Bars on axes of their own: marked areas of the library stand wrong once a chart was resized.
function ground(c, name, steps) {
  return { name, type: "bar", xAxisIndex: 1, yAxisIndex: 1, barWidth: "101%", z: 0, silent: true, itemStyle: { color: c.line }, tooltip: { show: false }, data: steps.map((step) => (step ? 1 : null)) };
}

function withGround(base) {
  const hidden = { type: "category", show: false, data: base.xAxis.data, axisPointer: { show: false } };
  return { xAxis: [base.xAxis, hidden], yAxis: [base.yAxis, { type: "value", show: false, min: 0, max: 1 }] };
}

function alert(element, chart) {
  const c = colours();
  const { bars, since, until, step_s: step } = JSON.parse(element.dataset.bars);
  const [counted, expected, span] = JSON.parse(element.dataset.names);
  const inside = (bar) => Date.parse(bar.at) + step * 1000 > Date.parse(since) && Date.parse(bar.at) < Date.parse(until);
  const series = [
    ground(c, span, bars.map(inside)),
    { name: counted, type: "bar", barCategoryGap: "12%", itemStyle: { color: c["-1"] }, data: bars.map((bar) => ({ value: bar.posts, itemStyle: { color: inside(bar) ? c["-1"] : c[0] } })) },
  ];
  if (bars.some((bar) => bar.expected !== null)) {
    series.push({ name: expected, type: "line", symbol: "none", step: "middle", lineStyle: { color: c.accent, width: 2 }, itemStyle: { color: c.accent }, data: bars.map((bar) => bar.expected) });
  }
  chart.setOption({ ...frame(c), ...withGround(axes(c, bars.map((bar) => local(bar.at, element.dataset.zone, 11)))), series });
  leads(chart, bars);
}

function days(element, chart) {
  const c = colours();
  const list = JSON.parse(element.dataset.days);
  const [published, unknown, without] = JSON.parse(element.dataset.names);
  const series = [
    ground(c, unknown, list.map((day) => day.posts === null)),
    { name: published, type: "bar", barCategoryGap: "22%", itemStyle: { color: c.accent }, data: list.map((day) => day.posts) },
    { name: without, type: "scatter", symbol: "rect", symbolSize: [8, 3], silent: true, tooltip: { show: false }, itemStyle: { color: c["-1"] }, data: list.map((day) => (day.posts === 0 ? 0 : null)) },
  ];
  chart.setOption({ ...frame(c), ...withGround(axes(c, list.map((day) => day.day.slice(5)))), series });
  leads(chart, list);
}

function followers(element, chart) {
  const c = colours();
  const zone = element.dataset.zone;
  const names = JSON.parse(element.dataset.names);
  const colour = [c.accent, c["-1"], c["1"], c["0"]];
  const series = JSON.parse(element.dataset.followers).map((line, n) => ({
    name: names[n], type: "line", symbolSize: 4, lineStyle: { color: colour[n % 4], width: 2 }, itemStyle: { color: colour[n % 4] }, data: line.counts.map((count) => [Date.parse(count.at), count.followers]),
  }));
  const base = axes(c, []);
  // A count a day: an axis of hours would say the same day again and again, and so would the ends of the axis.
  const label = { ...base.xAxis.axisLabel, showMinLabel: false, showMaxLabel: false, formatter: (at) => local(new Date(at).toISOString(), zone, 11).slice(0, 5) };
  const xAxis = { ...base.xAxis, type: "time", data: undefined, minInterval: DAY, min: (of) => of.min - DAY / 2, max: (of) => of.max + DAY / 2, axisLabel: label };
  chart.setOption({ ...frame(c), xAxis, yAxis: { ...base.yAxis, scale: true }, series });
}

const kinds = { timeline, observations, alert, days, followers };

export function drawCharts(root) {
  if (!window.echarts) return;
  for (const element of root.querySelectorAll("[data-chart]")) {
    if (drawn.has(element)) continue;
    drawn.add(element);
    const chart = window.echarts.init(element);
    kinds[element.dataset.chart](element, chart);
    new ResizeObserver(() => (element.isConnected ? chart.resize() : chart.dispose())).observe(element);
  }
}
