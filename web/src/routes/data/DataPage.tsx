import { useTitle } from '../../frame/title';
import { Page } from '../../show/Page';
import { CoverageSection } from './CoverageSection';
import { ImportsSection } from './ImportsSection';
import { SourcesSection } from './SourcesSection';
import { TelemetrySection } from './TelemetrySection';

/** What came in, how fresh it is, and which accounts it covers. */
export function DataPage() {
  useTitle('Data');
  return (
    <Page>
      <ImportsSection />
      <SourcesSection />
      <TelemetrySection />
      <CoverageSection />
    </Page>
  );
}
