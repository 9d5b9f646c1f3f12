// Shows the API document: operations by tag, each with its parameters, its body and its answers.

/** An element with text and children. Text is set as text: nothing of the document is taken for markup. */
function make(name, text, ...children) {
  const element = document.createElement(name)
  if (text) element.textContent = text
  element.append(...children)
  return element
}

/** A schema in a few words, references followed as far as `depth`. */
function outline(api, schema, depth = 3) {
  if (!schema) return 'any'
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop()
    return depth > 0 ? outline(api, api.components.schemas[name], depth - 1) : name
  }
  const options = schema.anyOf ?? schema.oneOf
  if (options) return [...new Set(options.map((one) => outline(api, one, depth)))].join(' | ')
  if (schema.allOf) return schema.allOf.map((one) => outline(api, one, depth)).join(' & ')
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  const kinds = [schema.type ?? 'any'].flat()
  if (kinds.includes('array')) return `[${outline(api, schema.items, depth)}]`
  if (!kinds.includes('object')) return kinds.join(' | ') + (schema.format ? ` (${schema.format})` : '')
  if (!schema.properties || depth <= 0) return 'object'
  const required = new Set(schema.required ?? [])
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const value = outline(api, field, depth - 1).replaceAll('\n', '\n  ')
    return `  ${name}${required.has(name) ? '' : '?'}: ${value}`
  })
  return `{\n${fields.join('\n')}\n}`
}

function shape(api, content) {
  const schema = content?.['application/json']?.schema
  return schema ? make('pre', outline(api, schema)) : make('p', 'nothing')
}

/** Everything about an operation; made when it is opened, because there are many. */
function inside(api, operation) {
  const box = make('div')
  if (operation.description) box.append(make('p', operation.description))
  if (operation.parameters?.length) {
    const rows = operation.parameters.map((one) =>
      make('tr', '', make('td', '', make('code', one.name)), make('td', one.in),
        make('td', outline(api, one.schema)), make('td', one.description ?? '')))
    box.append(make('h4', 'Parameters'), make('table', '', ...rows))
  }
  if (operation.requestBody) box.append(make('h4', 'Body'), shape(api, operation.requestBody.content))
  for (const [status, answer] of Object.entries(operation.responses)) {
    box.append(make('h4', `${status}: ${answer.description}`))
    if (status.startsWith('2')) box.append(shape(api, answer.content))
  }
  return box
}

function entry(api, method, path, operation) {
  const name = make('span', method.toUpperCase())
  name.className = 'method'
  const details = make('details', '', make('summary', '', name, make('code', path), ` ${operation.summary ?? ''}`))
  details.dataset.words = `${method} ${path} ${operation.summary ?? ''} ${operation.description ?? ''}`.toLowerCase()
  details.addEventListener('toggle', () => details.append(inside(api, operation)), { once: true })
  return details
}

function show(api) {
  document.getElementById('about').textContent = `${api.info.description} Version ${api.info.version}.`
  const byTag = new Map()
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? 'Other'
      if (!byTag.has(tag)) byTag.set(tag, [])
      byTag.get(tag).push(entry(api, method, path, operation))
    }
  }
  const sections = [...byTag].map(([tag, entries]) => make('section', '', make('h2', tag), ...entries))
  document.getElementById('operations').append(...sections)
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/)
  for (const section of document.querySelectorAll('section')) {
    const entries = [...section.querySelectorAll('details')]
    for (const one of entries) one.hidden = !words.every((word) => one.dataset.words.includes(word))
    section.hidden = entries.every((one) => one.hidden)
  }
}

document.getElementById('find').addEventListener('input', (event) => find(event.target.value))
fetch('/openapi.json')
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => { document.getElementById('about').textContent = `The API document can't be read: ${error}` })
