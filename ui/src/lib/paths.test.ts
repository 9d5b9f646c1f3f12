/** Tests of every URL. */
import { expect, test } from 'vitest';
import { endpoints, fillPath, pages, patterns, sockets, socketUrl } from './paths';

test('every URL, at one glance', () => {
  const filled = Object.fromEntries(
    Object.entries(pages).map(([name, page]) => [name, typeof page === 'string' ? page : page('a/b')]),
  );
  expect({ pages: filled, patterns, endpoints, sockets }).toMatchSnapshot();
});

test('a value stays one segment of the path', () => {
  expect(fillPath('/api/flow_runs/{id}/graph-v2', { id: '../x?y' })).toBe(
    '/api/flow_runs/..%2Fx%3Fy/graph-v2',
  );
  expect(() => fillPath('/api/flows/{id}')).toThrow('no value for {id}');
});

test('sockets are on the origin of the page', () => {
  expect(socketUrl(sockets.logs, 'https://a.example:8443')).toBe('wss://a.example:8443/api/logs/out');
  expect(socketUrl(sockets.events, 'http://127.0.0.1:4200')).toBe('ws://127.0.0.1:4200/api/events/out');
});
