/** The WebSockets of the mock: handshake, filter, frames. */
import { type WebSocketHandler, ws } from 'msw';
import type { components } from '@/api/schema.gen';
import { sockets } from '@/lib/paths';
import { matchesLog } from './filter';
import { currentScenario } from './scenario';
import type { LiveEvent, World } from './world';

type Schemas = components['schemas'];
type Filter = { event?: { prefix?: string[] }; any_resource?: { id?: string[] } };

export function createSocketHandlers(world: World): WebSocketHandler[] {
  return [
    serve(sockets.events, (filter, send) =>
      world.onEvent((event) => {
        if (matchesEvent(event, filter as Filter)) send({ type: 'event', event });
      }),
    ),
    serve(sockets.logs, (filter, send) =>
      world.onLog((log) => {
        if (matchesLog(log, filter as Schemas['LogFilter'])) send({ type: 'log', log });
      }),
    ),
  ];
}

type Listen = (filter: unknown, send: (frame: unknown) => void) => () => void;

function serve(path: string, listen: Listen): WebSocketHandler {
  const link = ws.link(new RegExp(`^wss?://[^/]+${path}$`));
  return link.addEventListener('connection', ({ client }) => {
    if (currentScenario() === 'away') {
      client.close(1011, 'away');
      return;
    }
    let stop: (() => void) | undefined;
    client.addEventListener('message', (message) => {
      const frame = JSON.parse(String(message.data)) as { type: string; filter?: unknown };
      if (frame.type === 'auth') client.send(JSON.stringify({ type: 'auth_success' }));
      else if (frame.type === 'filter')
        stop = listen(frame.filter, (out) => client.send(JSON.stringify(out)));
    });
    client.addEventListener('close', () => stop?.());
  });
}

function matchesEvent(event: LiveEvent, filter: Filter): boolean {
  const prefixes = filter.event?.prefix;
  if (prefixes && !prefixes.some((prefix) => event.event.startsWith(prefix))) return false;
  const ids = filter.any_resource?.id;
  const resources = [event.resource, ...event.related].map((labels) => labels['prefect.resource.id'] ?? '');
  return !ids || ids.some((id) => resources.includes(id));
}
