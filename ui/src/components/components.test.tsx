/** Tests of components with behaviour of their own. */
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { JsonTree } from './JsonTree';
import { SearchField } from './SearchField';
import { niceMaximum } from './StackedBars';
import { StateBadge } from './StateBadge';

test('a state shows the name the run gave it', () => {
  render(<StateBadge type="SCHEDULED" name="Late" />);
  expect(screen.getByText('Late')).toBeTruthy();
  render(<StateBadge type="CRASHED" />);
  expect(screen.getByText('Crashed')).toBeTruthy();
});

test('a large list opens by steps', async () => {
  const user = userEvent.setup();
  render(<JsonTree value={{ rows: Array.from({ length: 250 }, (_, at) => `row ${at}`) }} />);
  const branch = screen.getByRole('button', { name: /rows/ });
  expect(branch.getAttribute('aria-expanded')).toBe('false');
  await user.click(branch);
  expect(screen.getByText(/"row 99/)).toBeTruthy();
  expect(screen.queryByText(/"row 100/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Show 100 more' }));
  expect(screen.getByText(/"row 199/)).toBeTruthy();
});

test('the scale ends at a round number', () => {
  expect([1, 2, 3, 7, 11, 94, 230, 1_001].map(niceMaximum)).toEqual([1, 2, 3, 8, 15, 100, 250, 1_500]);
});

test('what is typed keeps what else was chosen meanwhile', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  function Filters() {
    const [search, setSearch] = useState({ name: '', state: 'any' });
    return (
      <>
        <SearchField
          label="Search"
          placeholder=""
          value={search.name}
          onChange={(name) => setSearch({ ...search, name })}
        />
        <button type="button" onClick={() => setSearch({ ...search, state: 'failed' })}>
          Failed
        </button>
        <button type="button" onClick={() => setSearch({ name: 'other', state: 'any' })}>
          Back
        </button>
        <p>{`${search.name} ${search.state}`}</p>
      </>
    );
  }
  render(<Filters />);
  await user.type(screen.getByRole('searchbox'), 'otter');
  await user.click(screen.getByRole('button', { name: 'Failed' }));
  vi.advanceTimersByTime(1_000);
  expect(await screen.findByText('otter failed')).toBeTruthy();

  // What is chosen elsewhere holds, whatever was being typed.
  await user.type(screen.getByRole('searchbox'), 's');
  await user.click(screen.getByRole('button', { name: 'Back' }));
  vi.advanceTimersByTime(1_000);
  expect(await screen.findByText('other any')).toBeTruthy();
  expect(screen.getByRole('searchbox')).toHaveProperty('value', 'other');
  vi.useRealTimers();
});
