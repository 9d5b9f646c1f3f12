/** The worker that places dependency graphs, so that the page stays smooth meanwhile. */
import { type LayoutRequest, placeNodes } from './dependency-layout';

self.onmessage = (message: MessageEvent<LayoutRequest>) => {
  self.postMessage(placeNodes(message.data));
};
