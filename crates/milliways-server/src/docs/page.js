// Shows the API document: operations by resource, each with its parameters, its body and its answers, and an address of
// its own (#its operation id).

/** How many references are followed into each other; below that a schema is shown by its name. */
const DEPTH = 5

/** An element with a class and children. Text is set as text: nothing of the document is taken for markup. */
function make(name, kind, ...children) {
  const element = document.createElement(name)
  if (kind) element.className = kind
  element.append(...children)
  return element
}

/** A sentence of the document, in which what stands between backticks is code. */
function prose(text) {
  return (text ?? '').split('`').map((part, index) => (index % 2 ? make('code', '', part) : part))
}

const kind = (text) => make('span', 'kind', text)

/** Nodes with something between each two. */
function joined(lists, between) {
  return lists.flatMap((list, index) => (index ? [between, ...list] : list))
}

/** A schema as nodes of a `pre`; `names` are those of the references that led here. */
function outline(api, schema, indent = '', names = []) {
  if (!schema || schema === true) return [kind('any')]
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop()
    const again = names.includes(name) || names.length >= DEPTH
    return again ? [kind(name)] : outline(api, api.components.schemas[name], indent, [...names, name])
  }
  const options = schema.anyOf ?? schema.oneOf
  if (options) return joined(options.map((one) => outline(api, one, indent, names)), ' | ')
  if (schema.allOf) return joined(schema.allOf.map((one) => outline(api, one, indent, names)), ' & ')
  if ('const' in schema) return [kind(JSON.stringify(schema.const))]
  if (schema.enum) return [kind(schema.enum.map((one) => JSON.stringify(one)).join(' | '))]
  const types = [schema.type ?? 'any'].flat()
  if (types.includes('array')) return ['[', ...outline(api, schema.items, indent, names), ']', ...nullable(types)]
  if (types.includes('object') && schema.properties) return [...fields(api, schema, indent, names), ...nullable(types)]
  return [kind(types.join(' | ')), schema.format ? make('span', 'note', ` ${schema.format}`) : '']
}

function nullable(types) {
  return types.includes('null') ? [' | ', kind('null')] : []
}

function fields(api, schema, indent, names) {
  const inner = `${indent}  `
  const required = new Set(schema.required ?? [])
  const lines = Object.entries(schema.properties).flatMap(([name, field]) => [
    `${inner}${name}${required.has(name) ? '' : '?'}: `,
    ...outline(api, field, inner, names),
    ...('default' in field && field.default !== null ? [make('span', 'note', ` = ${JSON.stringify(field.default)}`)] : []),
    '\n',
  ])
  return ['{\n', ...lines, `${indent}}`]
}

function shape(api, content) {
  const schema = content?.['application/json']?.schema
  return schema && Object.keys(schema).length ? [make('pre', '', ...outline(api, schema))] : []
}

/** Everything about an operation; made when it is opened, because there are many. */
function inside(api, operation) {
  const box = make('div', 'inside')
  if (operation.description) box.append(make('p', '', ...prose(operation.description)))
  if (operation.parameters?.length) {
    const rows = operation.parameters.map((one) => make('tr', '',
      make('td', '', make('code', '', one.name)), make('td', '', one.in + (one.required ? '' : ', optional')),
      make('td', '', ...outline(api, one.schema)), make('td', '', ...prose(one.description))))
    box.append(make('h3', '', 'Parameters'), make('table', '', ...rows))
  }
  const body = shape(api, operation.requestBody?.content)
  if (body.length) box.append(make('h3', '', 'Body'), ...body)
  box.append(make('h3', '', 'Answers'))
  for (const [status, answer] of Object.entries(operation.responses)) {
    const line = make('p', 'answer', make('span', 'status', status), ' ', ...prose(answer.description))
    box.append(line, ...(status.startsWith('2') ? shape(api, answer.content) : []))
  }
  return box
}

/** A path whose parameters stand out. */
function shown(path) {
  return path.split(/(\{[^}]*\})/).map((part) => (part.startsWith('{') ? make('i', '', part) : part))
}

function entry(api, method, path, operation) {
  const details = make('details', '', make('summary', '',
    make('span', `method ${method}`, method.toUpperCase()), make('span', 'path', ...shown(path)),
    make('span', 'says', ...prose(operation.summary))))
  details.id = operation.operationId ?? `${method}${path}`
  details.dataset.words = `${method} ${path} ${operation.summary ?? ''} ${operation.description ?? ''}`.toLowerCase()
  details.addEventListener('toggle', () => details.append(inside(api, operation)), { once: true })
  details.addEventListener('toggle', () => details.open && history.replaceState(null, '', `#${details.id}`))
  return details
}

/** One spelling for what the document writes in several. */
function titled(tag) {
  const words = tag.replace(/([a-z])([A-Z])/g, '$1 $2').split(' ')
  return words.map((word, index) => (index && word.length > 2 ? word.toLowerCase() : word)).join(' ')
}

function show(api) {
  const about = [...prose(api.info.description), ` Version ${api.info.version}.`]
  document.getElementById('about').replaceChildren(...about)
  const byTag = new Map()
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = titled(operation.tags?.[0] ?? 'Other')
      byTag.set(tag, [...(byTag.get(tag) ?? []), entry(api, method, path, operation)])
    }
  }
  for (const [tag, entries] of [...byTag].sort(([a], [b]) => a.localeCompare(b))) {
    const heading = make('h2', '', tag)
    heading.id = `tag-${tag.replaceAll(' ', '-')}`
    const link = make('a', '', tag, make('span', '', String(entries.length)))
    link.href = `#${heading.id}`
    document.getElementById('tags').append(link)
    document.getElementById('operations').append(make('section', '', heading, make('div', 'list', ...entries)))
  }
}

/** Opens what the address names. */
function follow() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!named) return
  if (named.tagName === 'DETAILS') named.open = true
  named.scrollIntoView()
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/)
  const sections = [...document.querySelectorAll('section')]
  for (const section of sections) {
    const entries = [...section.querySelectorAll('details')]
    for (const one of entries) one.hidden = !words.every((word) => one.dataset.words.includes(word))
    section.hidden = entries.every((one) => one.hidden)
    document.querySelector(`nav a[href="#${section.firstChild.id}"]`).hidden = section.hidden
  }
  document.getElementById('none').hidden = sections.some((section) => !section.hidden)
}

const box = document.getElementById('find')
box.addEventListener('input', () => find(box.value))
addEventListener('hashchange', follow)
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === box) return
  event.preventDefault()
  box.focus()
})
fetch('/openapi.json')
  .then((answer) => answer.json())
  .then(show)
  .then(follow)
  .catch((error) => { document.getElementById('about').textContent = `The API document can't be read: ${error}` })
