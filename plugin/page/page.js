/* page.js - what is in view, and what keys and buttons do to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one place that holds what is in view; all else is drawn from it.  The
 * address says it too ("#3/7": the third connection, its seventh step), so that
 * a place in the page can be linked to.
 */
const view = {
  connection: 0, step: 0, scale: 'steps', zoom: 1, theme: 'auto',
  quiz: false,
  told: -Infinity, later: 0,  // when the address was last changed, and the timer that will
  answered: new Set(),   // "connection/step"
};

function currentConnection() {
  return connections[view.connection];
}

function isHiddenStep(connection, index) {
  return view.quiz && !view.answered.has(`${connection.index}/${index}`);
}

/* ---- Texts ---- */

function sourceText() {
  const total = captures.reduce((sum, capture) => sum + capture.connections.length + (capture.left_out || 0), 0);
  const left = captures.reduce((sum, capture) => sum + (capture.left_out || 0), 0);
  const parts = captures.length === 1 ? [captures[0].name || word('no_name')] : [];
  if (captures[0].filter)
    parts.push(word('filtered_by', captures[0].filter));
  parts.push(total === 1 ? word('one_connection') : word('many_connections', grouped(total)));
  const text = parts.join(' · ');
  return left > 0 ? `${text}. ${word('left_out', grouped(left))}` : text;
}

function headingText(connection) {
  const arrow = connection.roles === 'unknown' ? '↔' : '→';
  const capture = captures.length > 1 && connection.capture.name ? `${connection.capture.name}: ` : '';
  return `${capture}${word('connection', connection.number)}: ${connection.a} ${arrow} ${connection.b}`;
}

function summaryText(connection) {
  const parts = [word('outcome', connection.close ? word('with_close', say(connection.outcome), say(connection.close)) : say(connection.outcome))];
  if (connection.missing)
    parts.push(say(connection.missing));
  if (connection.protocol)
    parts.push(connection.protocol);
  if (connection.opening)
    parts.push(word('opened', say(connection.opening)));
  if (connection.midstream)
    parts.push(word('midstream'));
  if (connection.roles !== 'seen')
    parts.push(word(`roles_${connection.roles}`));
  if (connection.duration !== undefined)
    parts.push(word('lasted', seconds(connection.duration)));
  parts.push(word('conn_state', connection.conn_state, say(connection.conn_state_word)));
  return parts.join(' · ');
}

/* ---- Drawing ---- */

function widthForLadder() {
  return Math.max(300, Math.floor(byId('ladder').clientWidth));
}

function fitLadder() {
  if (connections.length > 0 && widthForLadder() !== view.width)
    drawLadderInView();
}

function drawLadderInView() {
  const connection = currentConnection(), width = view.width = widthForLadder();
  byId('ladder').replaceChildren(drawLadder(connection, {
    width, scale: view.scale, zoom: view.zoom, first: 0, end: connection.steps.length, current: view.step,
    hides: (index) => isHiddenStep(connection, index), choose: (index) => choose(view.connection, index, 'ladder'),
  }));
}

function drawStepInView() {
  const connection = currentConnection(), index = view.step, isHidden = isHiddenStep(connection, index);
  if (isHidden) {
    const answered = connection.steps.filter((step, i) => !isHiddenStep(connection, i)).length;
    byId('step').replaceChildren(...askStep(connection, index, answered, reveal));
  } else {
    byId('step').replaceChildren(...tellStep(connection, index, 'h3'));
  }
  const knowsBefore = connection.steps.every((step, i) => i >= index || !isHiddenStep(connection, i));
  byId('diagram').replaceChildren(drawMachine(connection, index, !isHidden ? 'after' : knowsBefore ? 'before' : 'empty'));
  byId('taken').replaceChildren(...(isHidden ? [] : [0, 1].map((end) => element('p', { class: end === 0 ? 'a' : 'b' }, moveText(connection, index, end)))),
    element('p', { class: 'note' }, word('walked')));
  byId('position').textContent = word('position', index + 1, connection.steps.length);
  for (const [id, ends] of [['first', index === 0], ['previous', index === 0], ['next', index === connection.steps.length - 1], ['last', index === connection.steps.length - 1]])
    byId(id).setAttribute('aria-disabled', String(ends));
}

function drawConnection() {
  const connection = currentConnection(), last = connection.steps.length - 1;
  byId('ends').textContent = headingText(connection);
  byId('outcome').textContent = isHiddenStep(connection, last) ? word('outcome_hidden') : summaryText(connection);
  byId('legend').replaceChildren(...legendOf(connection).map((text) => element('li', null, text)));
  byId('zoom').hidden = view.scale !== 'time';
  drawLadderInView();
  drawStepInView();
  markInList(view.connection);
}

function drawWords() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const place of document.querySelectorAll('[data-word]'))
    place.textContent = word(place.dataset.word);
  for (const place of document.querySelectorAll('[data-label]')) {
    place.setAttribute('aria-label', word(place.dataset.label));
    if (place.tagName === 'BUTTON')
      place.title = word(place.dataset.label);
  }
  byId('language').textContent = word('other_language');
  byId('language').lang = language === 'zh' ? 'en' : 'zh-CN';
  byId('theme').textContent = word(`theme_${view.theme}`);
  byId('source').textContent = sourceText();
  byId('made').textContent = word('made', captures[0].version);
  document.title = [captures.length === 1 && captures[0].name, word('title')].filter((part) => part).join(' - ');
}

function drawAll() {
  drawWords();
  if (connections.length === 0) {
    byId('connection').hidden = true;
    byId('found').textContent = word('none');
    return;
  }
  makeList();
  drawConnection();
}

/* ---- Going about ---- */

function showCurrentRow() {
  const row = byId('ladder').querySelector('.current');
  if (row)
    row.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return row;
}

/* Put a connection and a step of it into view; `from` is where it was asked for. */
function choose(index, step, from) {
  const other = index !== view.connection, focused = document.activeElement?.closest('.rung');
  view.connection = index;
  view.step = Math.max(0, Math.min(step, connections[index].steps.length - 1));
  if (other) {
    drawConnection();
  } else {
    markInLadder(byId('ladder'), view.step);
    drawStepInView();
  }
  const row = from === 'list' ? null : showCurrentRow();
  if (focused || from === 'ladder')
    row?.focus({ preventScroll: true });
  if (from === 'list') {
    byId('connection').scrollIntoView({ block: 'start' });
    byId('connection').focus({ preventScroll: true });
  }
  if (from !== 'address')
    tellAddress();
}

/* Browsers complain of more than 200 changes in ten seconds, and a key that is held down makes more. */
function tellAddress() {
  clearTimeout(view.later);
  if (performance.now() - view.told < 100) {
    view.later = setTimeout(tellAddress, 100);
    return;
  }
  view.told = performance.now();
  history.replaceState(null, '', `#${currentConnection().address}/${view.step + 1}`);
}

function go(step) {
  choose(view.connection, step, 'key');
}

function reveal() {
  view.answered.add(`${view.connection}/${view.step}`);
  drawConnection();
  showCurrentRow();
  byId('next').focus({ preventScroll: true });
}

function goToAddress() {
  const [, address, step] = /^#(\d+)(?:\/(\d+))?$/.exec(location.hash) || [];
  const index = connections.findIndex((connection) => String(connection.address) === address);
  if (index >= 0)
    choose(index, step ? step - 1 : 0, step ? 'address' : 'list');
}

function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || connections.length === 0)
    return;
  if (event.target.closest('input[type=search], input[type=radio], .scroll'))
    return;
  const onRow = event.target.closest('.rung'), last = currentConnection().steps.length - 1;
  const steps = { ArrowLeft: view.step - 1, ArrowRight: view.step + 1 };
  if (onRow)
    Object.assign(steps, { ArrowUp: view.step - 1, ArrowDown: view.step + 1, Home: 0, End: last });
  if (event.key in steps) {
    event.preventDefault();
    go(steps[event.key]);
  } else if (onRow && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault();
    if (isHiddenStep(currentConnection(), view.step))
      reveal();
  }
}

/* ---- Settings ---- */

function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  drawAll();
}

function switchTheme() {
  const themes = ['auto', 'light', 'dark'];
  view.theme = themes[(themes.indexOf(view.theme) + 1) % 3];
  if (view.theme === 'auto')
    delete document.documentElement.dataset.theme;
  else
    document.documentElement.dataset.theme = view.theme;
  drawWords();
}

function switchQuiz() {
  view.quiz = !view.quiz;
  view.answered.clear();
  byId('quiz').setAttribute('aria-pressed', String(view.quiz));
  document.body.classList.toggle('quiz', view.quiz);
  if (connections.length > 0) {
    if (view.quiz)
      view.step = 0;
    drawConnection();
  }
}

function zoomBy(factor) {
  view.zoom = Math.max(1, Math.min(64, view.zoom * factor));
  drawLadderInView();
  showCurrentRow();
}

function onClick(id, does) {
  byId(id).addEventListener('click', () => byId(id).getAttribute('aria-disabled') !== 'true' && does());
}

function begin() {
  language = captures[0].language;
  byId('screen').hidden = false;
  drawAll();
  goToAddress();
  onClick('language', switchLanguage);
  onClick('theme', switchTheme);
  onClick('quiz', switchQuiz);
  onClick('print', () => window.print());
  onClick('first', () => go(0));
  onClick('previous', () => go(view.step - 1));
  onClick('next', () => go(view.step + 1));
  onClick('last', () => go(currentConnection().steps.length - 1));
  onClick('zoom-in', () => zoomBy(2));
  onClick('zoom-out', () => zoomBy(0.5));
  byId('find').addEventListener('input', search);
  for (const radio of document.querySelectorAll('[name=scale]'))
    radio.addEventListener('change', () => { view.scale = radio.value; drawConnection(); showCurrentRow(); });
  document.addEventListener('keydown', pressed);
  window.addEventListener('hashchange', goToAddress);
  window.addEventListener('beforeprint', layOut);
  window.addEventListener('afterprint', clearPaper);
  new ResizeObserver(fitLadder).observe(byId('ladder'));
}

begin();
