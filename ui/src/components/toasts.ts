/** Short messages after an action; they leave by themselves. */
import { useSyncExternalStore } from 'react';
import { createStore } from '@/lib/store';

export type Toast = { id: number; text: string; isError: boolean };

const LIFETIME_MS = 6_000;
const toasts = createStore<Toast[]>([]);
let nextId = 1;

export function showToast(text: string, isError = false): void {
  const toast = { id: nextId++, text, isError };
  toasts.set([...toasts.get().slice(-2), toast]);
  setTimeout(() => dismissToast(toast.id), LIFETIME_MS);
}

export const dismissToast = (id: number): void => toasts.set(toasts.get().filter((toast) => toast.id !== id));
export const useToasts = (): Toast[] => useSyncExternalStore(toasts.subscribe, toasts.get);
