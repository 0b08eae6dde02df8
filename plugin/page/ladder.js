/* ladder.js - the ladder of one connection, to scale in steps or in time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two lifelines, A at the left.  A row is a step, or a run of segments that are
 * no step.  In steps all rows are equally far apart and arrows slope, as textbooks
 * draw them; in time each arrow is level, at the moment of its capture, for when
 * it arrived is not known, and its text stands beside, joined by a thin line.
 */
const FONTS = { label: '600 13px system-ui, sans-serif', small: '12px ui-monospace, monospace' };
const pen = document.createElement('canvas').getContext('2d');

function widthOf(text, font) {
  pen.font = font;
  return pen.measureText(text).width;
}

/* A text in lines: broken at blanks or between Chinese letters, or, where there is neither, anywhere. */
function wrapped(text, font, width) {
  const lines = [];
  let line = '';
  for (const part of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/gu) || []) {
    if (line && widthOf((line + part).trimEnd(), font) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += part;
    while (widthOf(line.trimEnd(), font) > width && line.length > 8) {
      let cut = line.length;
      while (cut > 8 && widthOf(line.slice(0, cut), font) > width)
        cut--;
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
    }
  }
  return line.trim() ? [...lines, line.trimEnd()] : lines.length > 0 ? lines : [''];
}

function cutTo(text, font, width) {
  if (widthOf(text, font) <= width)
    return text;
  let length = text.length;
  while (length > 1 && widthOf(text.slice(0, length) + '…', font) > width)
    length--;
  return text.slice(0, length) + '…';
}

/* ---- What rows say ---- */

function rowTexts(connection, index, isHidden) {
  const step = connection.steps[index];
  return {
    label: isHidden && !step.run ? '?' : labelText(step),
    numbers: step.run && step.run[0] > 1 ? '' : numbersText(step),
    failed: !isHidden && (step.checks || []).some((check) => check[1] !== check[2]),
  };
}

/* What a screen reader says of a row. */
function rowName(connection, index, isHidden) {
  const step = connection.steps[index], parts = [word('frame', step.frame), word('after_first', seconds(step.time))];
  const ends = [endName(connection, step.from), endName(connection, 1 - step.from)];
  if (!step.icmp)
    parts.push(word('from_to', ...ends));
  parts.push(numbersText(step));
  if (isHidden)
    parts.push(word('hidden'));
  else
    parts.push(labelText(step), moveText(connection, index, 0), moveText(connection, index, 1));
  return parts.filter((part) => part).join(language === 'zh' ? '，' : ', ');
}

/* The colour of a lifeline: the part of life that a state belongs to. */
const PARTS = {
  CLOSED: 'closed', LISTEN: 'closed', SYN_SENT: 'opening', SYN_RCVD: 'opening', ESTABLISHED: 'open',
  FIN_WAIT_1: 'closing', FIN_WAIT_2: 'closing', CLOSE_WAIT: 'closing', CLOSING: 'closing', LAST_ACK: 'closing',
  TIME_WAIT: 'closing', UNKNOWN: 'unknown',
};

function lifeline(x, top, bottom, state, isHidden) {
  const part = isHidden ? 'unknown' : PARTS[state.name] || 'unknown';
  return drawn('line', { x1: x, x2: x, y1: top, y2: bottom, class: `life ${part}${state.inferred ? ' inferred' : ''}` });
}

/* All of both lifelines, between the heights at which rows stand. */
function lifelines(connection, rows, xs, top, bottom, hides) {
  const made = [];
  [0, 1].forEach((end) => {
    let from = top, state = connection.steps[rows[0].index].before[end], isHidden = hides(rows[0].index);
    for (const row of rows) {
      made.push(lifeline(xs[end], from, row.y, state, isHidden));
      from = row.y;
      state = connection.steps[row.index].after[end];
      isHidden = hides(row.index);
    }
    made.push(lifeline(xs[end], from, bottom, state, isHidden));
  });
  return made;
}

function arrow(step, xs, y1, y2, isHidden) {
  const toB = (step.from === 0) !== Boolean(step.icmp);
  let from = xs[toB ? 0 : 1], to = xs[toB ? 1 : 0];
  if (step.icmp)
    from = to + (from - to) * 0.8; /* it is no segment of the other end */
  const back = toB ? -1 : 1, kind = step.icmp ? 'icmp' : step.run ? 'run' : isHidden ? '' : step.phase || '';
  const lines = step.run && step.run[0] > 1 ? [-2, 2] : [0];
  return drawn('g', { class: `arrow ${kind}` },
    ...lines.map((shift) => drawn('line', { x1: from, y1: y1 + shift, x2: to + back * (lines.length > 1 ? 9 : 3), y2: y2 + shift })),
    drawn('path', { d: `M${to},${y2} l${back * 11},-5 v10 z` }));
}

function heads(connection, xs, y, sides) {
  return [0, 1].map((end) => drawn('text', { x: xs[end], y, class: `head ${end === 0 ? 'a' : 'b'}`, 'text-anchor': sides[end] },
    endName(connection, end) + (connection.roles === 'inferred' ? '?' : '')));
}

/* A row that can be chosen, with all that is drawn of it. */
function rung(connection, index, box, options, ...children) {
  const isCurrent = index === options.current;
  const attributes = { class: `rung${isCurrent ? ' current' : ''}`, 'data-step': index };
  if (options.choose)
    Object.assign(attributes, { role: 'button', tabindex: isCurrent ? 0 : -1, 'aria-current': isCurrent ? 'step' : null,
      'aria-label': rowName(connection, index, options.hides(index)) });
  const made = drawn('g', attributes, drawn('rect', { class: 'row', rx: 6, ...box }), ...children);
  if (options.choose)
    made.addEventListener('click', () => options.choose(index));
  return made;
}

/* Another row is the chosen one. */
function markInLadder(place, index) {
  for (const row of place.querySelectorAll('.rung')) {
    const isCurrent = row.dataset.step === String(index);
    row.classList.toggle('current', isCurrent);
    row.setAttribute('tabindex', isCurrent ? 0 : -1);
    if (isCurrent)
      row.setAttribute('aria-current', 'step');
    else
      row.removeAttribute('aria-current');
  }
}

/* After which row some are left out, and how many. */
function gapAfter(connection, index) {
  return connection.left_out && connection.left_out[0] === index + 1 ? connection.left_out[1] : 0;
}

/* ---- In steps ---- */

function stateTexts(connection, index, end, x, y, anchor, isHidden) {
  const step = connection.steps[index], before = step.before[end], after = step.after[end];
  const last = index > 0 ? connection.steps[index - 1].after[end] : null;
  if (isHidden)
    return [drawn('text', { x, y: y + 4, class: 'state', 'text-anchor': anchor }, '?')];
  const made = [];
  const moved = before.name !== after.name, corrected = !last || before.name !== last.name;
  if (before.name !== 'UNKNOWN' && (moved || (corrected && index > 0)))
    made.push(drawn('text', { x, y: y - 11, class: 'state before', 'text-anchor': anchor }, stateText(before)));
  made.push(drawn('text', { x, y: y + 4, class: moved ? 'state moved' : 'state', 'text-anchor': anchor }, stateText(after)));
  return made;
}

function stepRow(connection, index, y, place, options) {
  const step = connection.steps[index], isHidden = options.hides(index), { xs, wide, width } = place;
  const texts = rowTexts(connection, index, isHidden), middle = (xs[0] + xs[1]) / 2;
  const lines = wrapped(texts.label, FONTS.label, xs[1] - xs[0] - 24).filter((line) => line);
  const arrowY = y + 12 + lines.length * 16, slope = step.icmp ? 0 : 4;
  const below = [texts.numbers && cutTo(texts.numbers, FONTS.small, xs[1] - xs[0] - 12)];
  if (!wide)
    below.push(`${step.frame} · ${seconds(step.time)}`);
  const under = below.filter((line) => line), bottom = arrowY + 10 + Math.max(1, under.length) * 15 + 4;
  const children = [arrow(step, xs, arrowY - slope, arrowY + slope, isHidden)];
  lines.forEach((line, row) => children.push(drawn('text', { x: middle, y: y + 18 + row * 16 - 2, 'text-anchor': 'middle',
    class: step.run ? 'label run' : texts.failed ? 'label bad' : 'label' }, (texts.failed && row === 0 ? '✗ ' : '') + line)));
  under.forEach((line, row) => children.push(drawn('text', { x: middle, y: arrowY + 19 + row * 15, 'text-anchor': 'middle',
    class: 'numbers' }, line)));
  if (wide)
    children.push(drawn('text', { x: 40, y: arrowY + 4, class: 'numbers', 'text-anchor': 'end' }, String(step.frame)),
      drawn('text', { x: 52, y: arrowY + 4, class: 'numbers' }, seconds(step.time)));
  children.push(...stateTexts(connection, index, 0, xs[0] - 10, arrowY, 'end', isHidden),
    ...stateTexts(connection, index, 1, xs[1] + 10, arrowY, 'start', isHidden));
  return { index, y: arrowY, bottom,
    made: rung(connection, index, { x: 1, y: y + 2, width: width - 2, height: bottom - y - 2 }, options, ...children) };
}

function drawInSteps(connection, options) {
  const width = options.width, wide = width >= 620, states = wide ? 122 : 100;
  const xs = [(wide ? 150 : 0) + states, width - states], place = { xs, wide, width };
  const rows = [], gaps = [];
  let y = 24;
  const addGap = (text) => {
    gaps.push(drawn('text', { x: (xs[0] + xs[1]) / 2, y: y + 20, class: 'gap', 'text-anchor': 'middle' }, text));
    y += 32;
  };
  for (let index = options.first; index < options.end; index++) {
    if (connection.steps[index].pause)
      addGap(say(connection.steps[index].pause));
    rows.push(stepRow(connection, index, y, place, options));
    y = rows[rows.length - 1].bottom;
    const left = gapAfter(connection, index);
    if (left > 0)
      addGap(word('gap', grouped(left)));
  }
  if (connection.pause && options.end === connection.steps.length)
    addGap(say(connection.pause));
  const height = y + 10;
  return drawn('svg', { class: 'ladder-figure', viewBox: `0 0 ${width} ${height}`, width, height },
    ...lifelines(connection, rows, xs, 18, height, options.hides), ...heads(connection, xs, 12, ['middle', 'middle']),
    ...gaps, ...rows.map((row) => row.made));
}

/* ---- In time ---- */

/* Moments at round numbers of microseconds, at most eight. */
function ticks(from, to) {
  let unit = 1;
  const next = [2, 2.5, 2];
  for (let i = 0; (to - from) / unit > 7; i++)
    unit *= next[i % 3];
  const made = [];
  for (let at = Math.ceil(from / unit) * unit; at <= to; at += unit)
    made.push(Math.round(at));
  return made;
}

function timeRow(connection, row, place, options) {
  const { index, y, textY } = row, step = connection.steps[index], isHidden = options.hides(index);
  const { xs, textX, width } = place, texts = rowTexts(connection, index, isHidden), room = width - textX - 6;
  const first = cutTo(`${step.frame}  ${(texts.failed ? '✗ ' : '') + (texts.label || texts.numbers)}`, FONTS.label, room);
  const states = [0, 1].map((end) => {
    if (isHidden)
      return '?';
    const [before, after] = [step.before[end], step.after[end]];
    return before.name === after.name ? stateText(after) : `${stateText(before)} → ${stateText(after)}`;
  });
  const lines = place.wide ? [states.join(' | ')] : states;
  if (place.wide && texts.label && texts.numbers && !step.run)
    lines[0] += `  ${texts.numbers}`;
  return rung(connection, index, { x: textX - 6, y: textY - 16, width: width - textX + 4, height: place.pitch - 4 }, options,
    arrow(step, xs, y, y, isHidden),
    drawn('path', { class: 'leader', d: `M${xs[1] + 5},${y} h10 L${textX - 18},${textY} h10` }),
    drawn('text', { x: textX, y: textY - 2, class: texts.failed ? 'label bad' : step.run ? 'label run' : 'label' }, first),
    ...lines.map((line, row) => drawn('text', { x: textX, y: textY + 13 + row * 14, class: 'numbers' }, cutTo(line, FONTS.small, room))));
}

function drawInTime(connection, options) {
  const width = options.width, wide = width >= 620, steps = connection.steps.slice(options.first, options.end);
  const times = steps.map((step) => step.time), from = Math.min(...times), to = Math.max(...times), span = Math.max(to - from, 1);
  const marks = ticks(from, to), axis = Math.max(wide ? 92 : 78, ...marks.map((time) => widthOf(seconds(time), FONTS.small) + 8));
  const pitch = wide ? 38 : 52, xs = [axis + 16, axis + 16 + Math.max(wide ? 120 : 56, width * 0.2)], textX = xs[1] + (wide ? 60 : 36);
  const top = 44, long = Math.max(steps.length * pitch, 300) * options.zoom;
  const heightOf = (time) => top + (time - from) / span * long;
  const rows = steps.map((step, i) => ({ index: options.first + i, y: heightOf(step.time) }));
  let below = -Infinity;
  for (const row of rows)
    below = row.textY = Math.max(row.y, below + pitch);
  const height = Math.max(top + long, below) + pitch - 10, place = { xs, textX, width, wide, pitch };
  return drawn('svg', { class: 'ladder-figure', viewBox: `0 0 ${width} ${height}`, width, height },
    ...marks.flatMap((time) => [
      drawn('line', { class: 'tick', x1: axis, x2: xs[1], y1: heightOf(time), y2: heightOf(time) }),
      drawn('text', { class: 'numbers', x: axis - 4, y: heightOf(time) + 4, 'text-anchor': 'end' }, seconds(time)) ]),
    ...lifelines(connection, rows, xs, 22, height - 8, options.hides), ...heads(connection, xs, 14, wide ? ['middle', 'middle'] : ['end', 'start']),
    ...rows.map((row) => timeRow(connection, row, place, options)));
}

/* options: width, scale "steps" or "time", zoom, first and end of the steps, current, hides(index), choose(index) or null. */
function drawLadder(connection, options) {
  const figure = options.scale === 'time' ? drawInTime(connection, options) : drawInSteps(connection, options);
  const ends = [connection.a, connection.b];
  figure.setAttribute('role', options.choose ? 'group' : 'img');
  figure.setAttribute('aria-label', word('ladder_of', ...ends, connection.steps.length));
  return figure;
}

/* What the ladder makes use of and a reader may not know. */
function legendOf(connection) {
  const steps = connection.steps, keys = [];
  if (steps.some((step) => [...step.before, ...step.after].some((state) => state.inferred)))
    keys.push('legend_inferred');
  if (steps.some((step) => step.run && step.run[0] > 1))
    keys.push('legend_run');
  if (steps.some((step) => step.raw))
    keys.push('legend_raw');
  if (steps.some((step) => step.icmp))
    keys.push('legend_icmp');
  return [...keys, 'legend_capture'].map((key) => word(key));
}
