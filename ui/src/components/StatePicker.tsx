/** Chooses any of the nine states. */
import { STATE_TYPES, type StateType, stateLabel } from '@/lib/state';
import { ChevronDownIcon } from './icons';
import { StateIcon } from './StateIcon';
import { Button } from './ui/Button';
import { Menu, MenuCheck } from './ui/Menu';

type Props = { chosen: StateType[]; onChange: (chosen: StateType[]) => void };

export function StatePicker({ chosen, onChange }: Props) {
  const [only] = chosen;
  const words =
    chosen.length === 0
      ? 'Any state'
      : chosen.length === 1 && only
        ? stateLabel(only)
        : `${chosen.length} states`;
  return (
    <Menu
      trigger={
        <Button className="pr-2" aria-label={`State: ${words}`}>
          {chosen.map((state) => (
            <StateIcon key={state} type={state} />
          ))}
          {words}
          <ChevronDownIcon className="size-3.5 text-muted" />
        </Button>
      }
    >
      {STATE_TYPES.map((state) => (
        <MenuCheck
          key={state}
          isChecked={chosen.includes(state)}
          onChange={(isChecked) =>
            onChange(isChecked ? [...chosen, state] : chosen.filter((entry) => entry !== state))
          }
        >
          <StateIcon type={state} />
          {stateLabel(state)}
        </MenuCheck>
      ))}
    </Menu>
  );
}
