import { useTitle } from '../../frame/title';
import { CoverageSection } from './CoverageSection';
import classes from './DataPage.module.css';
import { ImportsSection } from './ImportsSection';
import { SourcesSection } from './SourcesSection';
import { TelemetrySection } from './TelemetrySection';

/** What came in, how fresh it is, and which accounts it covers. */
export function DataPage() {
  useTitle('Data');
  return (
    <div className={classes.page}>
      <ImportsSection />
      <SourcesSection />
      <TelemetrySection />
      <CoverageSection />
    </div>
  );
}
