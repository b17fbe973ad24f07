// What a page does; bundled as a page's own code would be.
import { AnalyticsBrowser } from '@segment/analytics-next';

window.tell = async ({ name, writeKey, cdnURL, batching }) => {
  const options = batching
    ? { integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 10, timeout: 300 } } } } }
    : {};
  const analytics = AnalyticsBrowser.load({ writeKey, cdnURL }, options);
  const [own] = await analytics;
  const failures = [];
  own.on('error', (error) => failures.push(String(error)));
  own.on('delivery_failure', (context) => failures.push(`not delivered: ${context.event.type}`));
  const user = `${name}-user`;
  const context = { context: { groupId: `${name}-account` } };
  // A visitor first, whom identify makes known.
  await own.track('Signed Up');
  await own.identify(user, { email: `${user}@sdk.example`, name: `User of ${name}` });
  await own.alias(user, `${name}-old`);
  await own.group(`${name}-account`, { name: `Account of ${name}`, plan: 'pro', employees: 7 });
  for (let number = 0; number < 25; number += 1) {
    await own.track('Report Opened', { number, product: 'core' }, context);
  }
  await own.page('Pricing', {}, context);
  await own.screen('Start', {}, context);
  return failures;
};
