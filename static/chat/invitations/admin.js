// The editor of invitations: operators that suit the field, rows that come and go, live bubbles.
// Without it the form works as it was sent: with one spare row in each group.

const part = (row, name) => row.querySelector(`[data-part="${name}"]`);

/** Offer only the operators of the chosen field, and only the boxes that they need. */
function suit(row) {
  const field = part(row, 'field').selectedOptions[0];
  const op = part(row, 'op');
  const kind = field?.dataset.kind ?? '';
  for (const option of op.options) {
    const fits = option.dataset.kinds.split(' ').includes(kind);
    option.hidden = option.disabled = Boolean(kind) && !fits;
  }
  if (op.selectedOptions[0]?.disabled) {
    const first = [...op.options].find((option) => !option.disabled);
    if (first) op.value = first.value;
  }
  const key = part(row, 'key');
  key.hidden = field?.dataset.keyed === undefined;
  key.required = !key.hidden;
  const value = part(row, 'value');
  const bare = op.selectedOptions[0]?.dataset.bare !== undefined;
  value.hidden = !kind || bare;
  value.required = !value.hidden;
  value.inputMode = kind === 'number' ? 'decimal' : 'text';
  offer(row, value, field?.dataset.choices);
  op.hidden = !kind;
}

/** Suggestions for a field that knows only a few values. */
function offer(row, value, choices) {
  row.querySelector('datalist')?.remove();
  value.removeAttribute('list');
  if (!choices) return;
  const list = document.createElement('datalist');
  list.id = `choices-${crypto.randomUUID()}`;
  for (const choice of choices.split(' ')) {
    const option = document.createElement('option');
    option.value = choice;
    list.append(option);
  }
  row.append(list);
  value.setAttribute('list', list.id);
}

function clear(row) {
  for (const box of row.querySelectorAll('input')) box.value = '';
  part(row, 'field').selectedIndex = 0;
  suit(row);
}

function setUpGroup(group) {
  const rows = () => group.querySelectorAll('.invite-row');
  const add = group.querySelector('[data-add]');
  for (const row of rows()) {
    row.querySelector('[data-drop]').hidden = false;
    suit(row);
  }
  add.hidden = false;
  add.addEventListener('click', () => {
    const last = [...rows()].at(-1);
    const made = last.cloneNode(true);
    last.after(made);
    clear(made);
    part(made, 'field').focus();
  });
  group.addEventListener('change', (event) => {
    const row = event.target.closest('.invite-row');
    if (row && event.target.matches('select')) suit(row);
  });
  group.addEventListener('click', (event) => {
    if (!event.target.matches('[data-drop]')) return;
    const row = event.target.closest('.invite-row');
    if (rows().length > 1) row.remove();
    else clear(row);
    add.focus();
  });
}

/** The bubble beside a text says what is typed; texts are set as text, never as markup. */
function setUpText(box) {
  const bubble = box.querySelector('[data-bubble]');
  box.addEventListener('input', (event) => {
    const slot = bubble.querySelector(`[data-slot="${event.target.dataset.shows}"]`);
    if (!slot) return;
    slot.textContent = event.target.value;
    const filled = (name) => Boolean(bubble.querySelector(`[data-slot="${name}"]`).textContent.trim());
    bubble.hidden = !filled('text');
    bubble.querySelector('[data-slot="button"]').hidden = !filled('button');
  });
}

/** Show only what the chosen action uses. */
function setUpAction(select) {
  const uses = {
    texts: (action) => !['tag', 'notify'].includes(action),
    show_agent: (action) => !['tag', 'notify'].includes(action),
    link: (action) => action === 'card',
    tag: (action) => ['tag', 'notify'].includes(action),
  };
  const apply = () => {
    for (const [name, used] of Object.entries(uses)) {
      const row = document.querySelector(`.form-row.field-${name}`);
      if (row) row.hidden = !used(select.value);
    }
  };
  select.addEventListener('change', apply);
  apply();
}

document.querySelectorAll('.invite-group').forEach(setUpGroup);
document.querySelectorAll('.invite-text').forEach(setUpText);
const action = document.querySelector('#id_action');
if (action) setUpAction(action);
for (const select of document.querySelectorAll('[data-submits]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}
