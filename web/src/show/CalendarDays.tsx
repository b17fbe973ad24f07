import '@mantine/dates/styles.css';

import { DatePicker } from '@mantine/dates';

import type { Day } from '../api/client';

export interface CalendarProperties {
  value: Day;
  least?: Day | undefined;
  most: Day;
  onChange: (day: Day) => void;
}

export default function CalendarDays({ value, least, most, onChange }: CalendarProperties) {
  return (
    <DatePicker
      size="xs"
      value={value}
      defaultDate={value}
      minDate={least}
      maxDate={most}
      firstDayOfWeek={1}
      // Weekends are days like others here; the library's red for them lacks contrast.
      weekendDays={[]}
      onChange={(day) => day && onChange(day)}
      ariaLabels={{ previousMonth: 'Previous month', nextMonth: 'Next month' }}
    />
  );
}
