/* step.js - all that is told of one step: label, states, explanation, checks, numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
function stateCell(state, time) {
  const stayed = time === undefined ? null : element('span', { class: 'when' }, word('stayed', seconds(time)));
  return element('td', { class: 'state-cell' }, stateText(state), stayed && element('br'), stayed);
}

function stateTable(connection, step) {
  const times = [step.stayed_a, step.stayed_b];
  return element('table', { class: 'states' },
    element('thead', null, element('tr', null, ...['end', 'before', 'after'].map((name) => element('th', { scope: 'col' }, word(name))))),
    element('tbody', null, ...[0, 1].map((end) => element('tr', { class: end === 0 ? 'a' : 'b' },
      element('th', { scope: 'row' }, endName(connection, end)), stateCell(step.before[end], times[end]), stateCell(step.after[end])))));
}

function checkItem([name, found, expected]) {
  const passed = found === expected;
  return element('li', { class: passed ? 'passed' : 'failed' },
    element('span', { 'aria-hidden': 'true' }, passed ? '✓ ' : '✗ '), word(`check_${name}`), element('br'),
    element('span', { class: 'numbers' }, passed ? word('passed', found) : word('failed', found, expected)));
}

/* A link to the row of a frame; only its number, where that row is not here. */
function frameLink(connection, frame) {
  const index = connection.steps.findIndex((step) => step.frame === frame);
  const text = word('frame', frame);
  return index < 0 ? text : element('a', { href: `#${connection.address}/${index + 1}` }, text);
}

function numberRows(connection, step) {
  const rows = [];
  if (step.icmp)
    return rows;
  rows.push([word('segment'), step.numbers]);
  if (!step.run) {
    rows.push([word('as_captured'), `seq=${step.seq}${step.ack === undefined ? '' : ` ack=${step.ack}`}`]);
    if (step.payload)
      rows.push([word('payload'), word('bytes', grouped(step.payload))]);
  }
  if (step.answers)
    rows.push([word('answers'), frameLink(connection, step.answers)]);
  if (step.repeats)
    rows.push([word('repeats'), word('repeats_value', step.repeats, seconds(step.repeats_after || 0))]);
  if (step.reset)
    rows.push([word('reset_number'), word(`reset_${step.reset}`)]);
  if (step.ttl_differs)
    rows.push([word('ttl'), word('ttl_differs')]);
  if (step.reset_after !== undefined)
    rows.push([word('reset_after'), seconds(step.reset_after)]);
  return rows;
}

function whenAndWho(connection, step) {
  const parts = [word('frame', step.frame), word('after_first', seconds(step.time))];
  parts.push(step.icmp ? word('icmp', step.icmp) : word('from_to', endName(connection, step.from), endName(connection, 1 - step.from)));
  return parts.join(' · ');
}

/* The elements of a step; with `heading` "h3" on the screen, "h4" on paper. */
function tellStep(connection, index, heading) {
  const step = connection.steps[index], checks = step.checks || [];
  const rows = numberRows(connection, step);
  return [
    element(heading, { id: heading === 'h3' ? 'step-head' : null, class: `label ${step.phase || ''}` }, labelText(step) || numbersText(step)),
    element('p', { class: 'when' }, whenAndWho(connection, step)),
    element('p', { class: 'explanation' }, step.run ? word(step.run[0] > 1 ? 'runs_explained' : 'run_explained') : say(step.explanation)),
    stateTable(connection, step),
    checks.length > 0 ? element('h4', null, word('checks')) : null,
    checks.length > 0 ? element('ul', { class: 'checks' }, ...checks.map(checkItem)) : null,
    rows.length > 0 ? element('dl', { class: 'numbers' }, ...rows.flatMap(([name, value]) => [element('dt', null, name), element('dd', null, value)])) : null,
  ].filter((part) => part);
}

/* The same as a question. */
function askStep(connection, index, answered, reveal) {
  const step = connection.steps[index];
  const button = element('button', { type: 'button', id: 'reveal' }, word('reveal'));
  button.addEventListener('click', reveal);
  return [
    element('h3', { id: 'step-head' }, '?'),
    element('p', { class: 'when' }, whenAndWho(connection, step)),
    element('p', { class: 'numbers' }, numbersText(step)),
    element('p', { class: 'explanation' }, word('question')),
    element('p', null, button),
    element('p', { class: 'when' }, word('answered', answered, connection.steps.length)),
  ];
}
