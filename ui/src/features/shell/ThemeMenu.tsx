/** Chooses light, dark, or what the system says. */
import { MoonIcon, SunIcon, SystemIcon } from '@/components/icons';
import { IconButton } from '@/components/ui/Button';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { setThemeChoice, type ThemeChoice, useTheme, useThemeChoice } from '@/lib/theme';

const CHOICES: { value: ThemeChoice; label: string; icon: React.ReactNode }[] = [
  { value: 'light', label: 'Light', icon: <SunIcon /> },
  { value: 'dark', label: 'Dark', icon: <MoonIcon /> },
  { value: 'system', label: 'As the system', icon: <SystemIcon /> },
];

export function ThemeMenu() {
  const choice = useThemeChoice();
  const theme = useTheme();
  return (
    <Menu
      trigger={
        <IconButton label={`Theme: ${choice}`}>{theme === 'dark' ? <MoonIcon /> : <SunIcon />}</IconButton>
      }
    >
      {CHOICES.map((entry) => (
        <MenuItem key={entry.value} icon={entry.icon} onSelect={() => setThemeChoice(entry.value)}>
          <span className={entry.value === choice ? 'font-semibold' : undefined}>{entry.label}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
