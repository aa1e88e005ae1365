// The line of the third rate. Its numbers stand in the table below; without this file nothing is lost.
(() => {
  const el = document.getElementById("bieu-do");
  if (!el || !window.echarts) return;
  const chart = JSON.parse(el.dataset.chart);
  const target = Number(el.dataset.target);
  if (!chart.values.some((value) => value !== null)) return;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const words = (value) => value == null ? "–"
    : value.toLocaleString("vi-VN", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) + "\u00a0%";
  el.hidden = false;
  const table = document.getElementById("bang-so");
  if (table) table.open = false;
  const last = chart.values.reduce((found, value, index) => value === null ? found : index, -1);
  const before = chart.values[last - 1];
  const under = before != null && before > chart.values[last]; // keep the label off the falling line
  const view = echarts.init(el, null, { renderer: "canvas" });
  const draw = () => {
    const narrow = el.clientWidth < 560;
    view.setOption({
      animation: false, // the picture is there at once, as the design asks of all motion
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14, color: css("--mc-ink-2") },
      grid: { left: 52, right: narrow ? 16 : 32, top: 28, bottom: 32 },
      tooltip: {
        trigger: "axis", renderMode: "richText", valueFormatter: words,
        backgroundColor: css("--mc-surface"), borderColor: css("--mc-edge"), textStyle: { color: css("--mc-ink") },
      },
      xAxis: {
        type: "category", data: chart.months, boundaryGap: false, axisTick: { show: false },
        axisLine: { lineStyle: { color: css("--mc-edge") } },
        axisLabel: { fontSize: 13, color: css("--mc-ink-2"), interval: el.clientWidth < 800 ? 2 : 0, alignMinLabel: "left", alignMaxLabel: "right" },
      },
      yAxis: {
        type: "value", min: 0, max: Math.max(100, ...chart.values), interval: 25,
        axisLabel: { fontSize: 13, formatter: "{value} %", color: css("--mc-ink-2") },
        splitLine: { lineStyle: { color: css("--mc-line") } },
      },
      series: [{
        name: chart.name, type: "line", data: chart.values, symbol: "circle", symbolSize: 8,
        lineStyle: { width: 3, color: css("--mc-primary") }, itemStyle: { color: css("--mc-primary") },
        label: {
          show: true, position: under ? "bottom" : "top", align: "right", offset: [8, under ? 6 : -4], color: css("--mc-primary"), fontWeight: 600,
          formatter: (point) => point.dataIndex === last ? words(point.value) : "",
        },
        markLine: {
          silent: true, symbol: "none", lineStyle: { type: "dashed", width: 2, color: css("--mc-ink") },
          label: { position: "insideStartTop", formatter: el.dataset.targetName, color: css("--mc-ink"), fontSize: 13, fontWeight: 500 },
          data: [{ yAxis: target }],
        },
      }],
    });
  };
  draw();
  addEventListener("resize", () => { view.resize(); draw(); });
})();
