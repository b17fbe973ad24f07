//! The life of one account: from its first day to its churn, or to the end of the book.

use dearly_domain::account::Account;
use dearly_domain::initiative::Initiative;
use dearly_domain::person::Person;
use dearly_domain::{AccountId, Attributes, Day, Instant};
use dearly_health::facts::AccountFacts;

use crate::catalogue::{INDUSTRIES, REGIONS, Segment};
use crate::contracts::Contracts;
use crate::health::Health;
use crate::names;
use crate::people::Member;
use crate::random::{Purpose, Random};
use crate::touchpoints::Rhythm;
use crate::truth::{PlayTruth, RenewalTruth};
use crate::usage::Users;
use crate::value::Objectives;
use crate::world::{LEAD_DAYS, PERIOD_DAYS, World, instant};

/// A version of a row that says when it became known.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded<T> {
    /// When.
    pub recorded_at: Instant,
    /// What.
    pub record: T,
}

/// One account of the book with all its facts.
#[derive(Clone, Debug, Default)]
pub struct SimulatedAccount {
    /// Versions of the account, oldest first.
    pub versions: Vec<Recorded<Account>>,
    /// Versions of its people, those of a person oldest first.
    pub people: Vec<Recorded<Person>>,
    /// Everything else, as the engine takes it.
    pub facts: AccountFacts,
    /// Initiatives under its objectives.
    pub initiatives: Vec<Initiative>,
    /// What was drawn, and from what.
    pub renewals: Vec<RenewalTruth>,
    /// Plays and why they were run or not, oldest first.
    pub plays: Vec<PlayTruth>,
}

/// What an account is.
pub(crate) struct Profile {
    pub(crate) id: AccountId,
    /// The digits of the id, for the ids of what belongs to it.
    pub(crate) number: String,
    pub(crate) domain: String,
    pub(crate) segment: Segment,
    pub(crate) tier: i64,
    pub(crate) customer_since: Day,
    /// The hour, UTC, at which its working day is under way.
    pub(crate) hour: i32,
    /// The sources that it has.
    pub(crate) telemetry_from: Option<Day>,
    pub(crate) counts_licences: bool,
    pub(crate) has_plans: bool,
}

/// One stream for each purpose.
pub(crate) struct Streams {
    pub(crate) health: Random,
    pub(crate) people: Random,
    pub(crate) contracts: Random,
    pub(crate) licences: Random,
    pub(crate) usage: Random,
    pub(crate) touchpoints: Random,
    pub(crate) value: Random,
    pub(crate) support: Random,
    pub(crate) billing: Random,
    pub(crate) outcome: Random,
    /// Drawn from in experiments only.
    pub(crate) experiment: Random,
}

/// The days of a period that the account lives through, `to` excluded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) period_start: Day,
    pub(crate) from: Day,
    pub(crate) to: Day,
}

impl Span {
    pub(crate) fn holds(&self, day: Day) -> bool {
        self.from <= day && day < self.to
    }

    /// A day within it, all alike.
    pub(crate) fn any_day(&self, random: &mut Random) -> Day {
        random_day(random, self.from, self.to)
    }
}

pub(crate) fn random_day(random: &mut Random, from: Day, to: Day) -> Day {
    from.plus_days((random.uniform() * f64::from((to - from).max(1))) as i32)
}

pub(crate) struct Life<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) profile: Profile,
    pub(crate) random: Streams,
    /// The first day without facts.
    pub(crate) stop: Day,
    pub(crate) churned_on: Option<Day>,
    pub(crate) health: Health,
    pub(crate) members: Vec<Member>,
    /// Roles to be filled again, and when.
    pub(crate) arrivals: Vec<(Day, Vec<String>)>,
    pub(crate) contracts: Contracts,
    pub(crate) users: Users,
    pub(crate) rhythm: Rhythm,
    pub(crate) objectives: Objectives,
    pub(crate) out: SimulatedAccount,
}

/// Lives the `life`-th account of a slot. `starts_on` is empty for the account that was there before the history.
pub(crate) fn live(
    world: &World<'_>,
    slot: usize,
    life: usize,
    starts_on: Option<Day>,
) -> (SimulatedAccount, Option<Day>) {
    let mut life = Life::begin(world, slot, life, starts_on);
    let first = world.period_of(life.first_day()).max(0);
    for period in first..world.n_periods {
        if world.period_start(period) >= life.stop {
            break;
        }
        life.live_through(period);
    }
    life.end()
}

impl<'w> Life<'w> {
    fn begin(world: &'w World<'w>, slot: usize, life: usize, starts_on: Option<Day>) -> Life<'w> {
        let seed = world.settings.seed;
        let stream = |purpose| Random::of(seed, slot, life, purpose);
        let outcome_seed = world.settings.outcome_seed.unwrap_or(seed);
        let mut random = stream(Purpose::Profile);
        let segment =
            [Segment::Smb, Segment::MidMarket, Segment::Enterprise][random.weighted(&[0.50, 0.35, 0.15])];
        let (industry, words) = *random.pick(&INDUSTRIES);
        let what = *random.pick(words);
        let region = REGIONS[random.weighted(&REGIONS.map(|region| region.1))];
        let (name, domain) = names::company(slot + life * world.settings.n_accounts, what);
        let number =
            if life == 0 { format!("{:05}", slot + 1) } else { format!("{:05}-{}", slot + 1, life + 1) };
        let mut streams = Streams {
            health: stream(Purpose::Health),
            people: stream(Purpose::People),
            contracts: stream(Purpose::Contracts),
            licences: stream(Purpose::Licences),
            usage: stream(Purpose::Usage),
            touchpoints: stream(Purpose::Touchpoints),
            value: stream(Purpose::Value),
            support: stream(Purpose::Support),
            billing: stream(Purpose::Billing),
            outcome: Random::of(outcome_seed, slot, life, Purpose::Outcome),
            experiment: stream(Purpose::Experiment),
        };
        let (contracts, customer_since, terms) =
            Contracts::begin(world, &number, segment, starts_on, &mut streams.contracts);
        let tier = match segment {
            Segment::Enterprise if contracts.annual_cents() >= 25_000_000 => 1,
            Segment::Enterprise => 2,
            Segment::MidMarket => {
                if random.chance(0.7) {
                    2
                } else {
                    3
                }
            }
            Segment::Smb => 3,
        };
        // The first account of a book has every source, so that the book as a whole has them from the start.
        let complete = slot == 0 && life == 0;
        let (gap, late) = (random.uniform(), random.whole(20, 700));
        let telemetry_from = if complete || gap >= 0.12 {
            Some(world.telemetry_from)
        } else if gap >= 0.06 {
            Some(world.history_from.plus_days(late))
        } else {
            None
        };
        let counts_licences = complete || gap >= 0.025;
        let has_plans = complete || random.chance(0.95);
        let csm = names::team_member(segment, &mut random);
        let parent = (life == 0 && slot > 0 && random.chance(0.06)).then(|| AccountId(format!("A{slot:05}")));
        let id = AccountId(format!("A{number}"));
        let account = Account {
            external_id: id.clone(),
            name,
            parent,
            segment: Some(segment.name().to_owned()),
            tier: Some(tier),
            industry: Some(industry.to_owned()),
            region: Some(region.0.to_owned()),
            stage: Some("onboarding".to_owned()),
            csm: None,
            customer_since: Some(customer_since),
            churned_on: None,
            attributes: Attributes::new(),
        };
        let health = Health::new(starts_on.is_none(), &mut streams.health);
        let mut life = Life {
            world,
            profile: Profile {
                id: id.clone(),
                number,
                domain,
                segment,
                tier,
                customer_since,
                hour: region.2,
                telemetry_from,
                counts_licences,
                has_plans,
            },
            random: streams,
            stop: world.settings.until.plus_days(1),
            churned_on: None,
            health,
            members: Vec::new(),
            arrivals: Vec::new(),
            contracts,
            users: Users::default(),
            rhythm: Rhythm::default(),
            objectives: Objectives::default(),
            out: SimulatedAccount::default(),
        };
        life.out.facts.account = id;
        life.out.facts.subscriptions = terms;
        life.write_versions(account, csm);
        life.begin_people();
        life.begin_rhythm();
        life.begin_objectives();
        life.begin_usage();
        life
    }

    /// The first day that is simulated.
    pub(crate) fn first_day(&self) -> Day {
        self.profile.customer_since.max(self.world.first_day)
    }

    /// The account's versions that only time brings: its stages, and the change of its CSM.
    fn write_versions(&mut self, account: Account, csm: usize) {
        let since = self.profile.customer_since;
        let handover = self.world.history_from.plus_days(500);
        let (leaves, follows) = names::LEAVES;
        let csm_on =
            |day: Day| names::team_email(if csm == leaves && day >= handover { follows } else { csm });
        let mut changes =
            vec![(since, "onboarding"), (since.plus_days(90), "adoption"), (since.plus_days(300), "value")];
        if csm == leaves && handover > since {
            let stage = changes
                .iter()
                .rev()
                .find(|change| change.0 < handover)
                .map_or("onboarding", |change| change.1);
            changes.push((handover, stage));
            changes.sort();
            changes.dedup_by_key(|change| change.0);
        }
        for (day, stage) in changes {
            let mut version = account.clone();
            version.stage = Some(stage.to_owned());
            version.csm = Some(csm_on(day));
            self.out.versions.push(Recorded { recorded_at: instant(day, 8 * 3600), record: version });
        }
    }

    fn live_through(&mut self, period: i32) {
        let start = self.world.period_start(period);
        self.health.step(&mut self.random.health);
        let span = Span {
            period_start: start,
            from: start.max(self.first_day()),
            to: start.plus_days(PERIOD_DAYS).min(self.stop),
        };
        if span.from >= span.to {
            return;
        }
        self.change_people(span);
        self.change_contracts(span);
        self.count_licences(span);
        self.do_steps(span);
        self.use_product(span);
        self.keep_in_touch(span);
        self.run_plays(span);
        self.pursue_objectives(span);
        self.support(span);
        self.bill(span);
        self.judge(span);
        // Everything up to the day 90 days before is there now, and nothing of it knew what is drawn here.
        if let Some(due) = self.contracts.undecided_due()
            && span.holds(due.plus_days(-LEAD_DAYS))
        {
            self.decide(due);
        }
    }

    /// Whole months as a customer, on a day.
    pub(crate) fn age_days(&self, day: Day) -> i32 {
        day - self.profile.customer_since
    }
}
