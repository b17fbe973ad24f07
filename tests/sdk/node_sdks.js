// The clients for Node: NAME SDK.
import { Analytics } from '@segment/analytics-node';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';

const [name, sdk] = process.argv.slice(2);
const { DEARLY_KEY: writeKey, DEARLY_URL: host } = process.env;
const failures = [];
const user = `${name}-user`;
const context = { groupId: `${name}-account` };

function tell(client) {
  const twice = { userId: user, event: 'Sent Twice', context, messageId: `${name}-twice` };
  client.track({ userId: `${name}-old`, event: 'Signed Up' });
  client.alias({ previousId: `${name}-old`, userId: user });
  client.identify({ userId: user, traits: { email: `${user}@sdk.example`, name: `User of ${name}` } });
  client.group({
    userId: user,
    groupId: `${name}-account`,
    traits: { name: `Account of ${name}`, plan: 'pro', employees: 7 },
  });
  for (let number = 0; number < 25; number += 1) {
    client.track({ userId: user, event: 'Report Opened', properties: { number, product: 'core' }, context });
  }
  client.page({ userId: user, name: 'Pricing', context });
  client.screen({ userId: user, name: 'Start', context });
  client.track(twice);
  return twice;
}

if (sdk === 'segment') {
  const client = new Analytics({ writeKey, host, flushAt: 10, flushInterval: 200 });
  client.on('error', (error) => failures.push(error));
  const twice = tell(client);
  await client.flush();
  client.track(twice);
  await client.closeAndFlush();
} else {
  const client = new RudderAnalytics(writeKey, { dataPlaneUrl: host, flushAt: 10, flushInterval: 200, logLevel: 'error' });
  const flush = () => new Promise((done) => client.flush((error) => done(error && failures.push(error))));
  const twice = tell(client);
  for (let round = 0; round < 4; round += 1) await flush();
  client.track(twice);
  await flush();
}
if (failures.length > 0) {
  console.error(name, failures);
  process.exit(1);
}
console.log(JSON.stringify({ source: name, events: 29, calls: 3, duplicates: 1 }));
process.exit(0);
