#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;
using rib::prefix_tally, rib::tallied;

namespace {

struct PrefixTally : ::testing::Test {
  int alarms = 0;
  rib::tally_ptr tally = std::make_shared<prefix_tally>(1, [this] { ++alarms; });
  rib_lab lab;

  static wire::prefix nth(int i) { return pfx(("10.0." + std::to_string(i) + ".0/24").c_str()); }
  prefix_tally::count sum(tallied what) const { return tally->sum(what, 0); }
};

TEST_F(PrefixTally, CountsReceivedAndAcceptedOfTheSession) {
  const int a = lab.join({.asn = 101, .tally = tally});
  tally->watch(tallied::received, 0, 2);
  lab.announce(a, nth(1), learned({101}));
  lab.announce(a, nth(2), learned({101}), rib::reject_reason::as_loop);
  lab.announce(a, nth(2), learned({101, 5}), rib::reject_reason::as_loop);
  EXPECT_EQ(sum(tallied::received), 2);
  EXPECT_EQ(sum(tallied::accepted), 1);
  EXPECT_EQ(alarms, 0);
  lab.announce(a, nth(3), learned({101}));
  EXPECT_EQ(alarms, 1);
  lab.withdraw(a, nth(3));
  EXPECT_EQ(sum(tallied::received), 2);
}

TEST_F(PrefixTally, DoesNotCountWhatAnEarlierSessionLeft) {
  const int a = lab.join({.asn = 101});
  for (int i = 0; i < 8; ++i)
    lab.announce(a, nth(i), learned({101}));
  auto& n = lab.at(a);
  n.spec.tally = tally;
  // The new session begins before the walk has removed the old routes.
  lab.ribs->session_down(lab.id(a), n.epoch);
  ++n.epoch;
  n.slot = std::make_shared<rib::slot_lease>(rib::slot_id{60}, [](rib::slot_id) {});
  lab.ribs->session_up(lab.info_of(a), nullptr);
  EXPECT_EQ(sum(tallied::received), 0);
  lab.announce(a, nth(0), learned({101}));    // as it was
  lab.announce(a, nth(1), learned({101, 7})); // another
  lab.announce(a, nth(9), learned({101}));    // new
  EXPECT_EQ(sum(tallied::received), 3);
  EXPECT_EQ(sum(tallied::accepted), 3);
  lab.settle();
  EXPECT_EQ(sum(tallied::received), 3);
  EXPECT_EQ(sum(tallied::accepted), 3);
}

TEST_F(PrefixTally, DiscardsWhatThereIsNoRoomFor) {
  tally->room(0, 2);
  const int a = lab.join({.asn = 101, .tally = tally}), b = lab.join({.asn = 102});
  for (int i = 0; i < 4; ++i)
    lab.announce(a, nth(i), learned({101}));
  lab.announce(a, nth(0), learned({101, 9})); // replaces: needs no room
  EXPECT_EQ(lab.received(b).size(), 2u);
  EXPECT_EQ(lab.received(b).at(nth(0)).as_path->length(), 3u);
  EXPECT_EQ(tally->discarded(0), 2);
  lab.withdraw(a, nth(1));
  lab.announce(a, nth(3), learned({101}));
  EXPECT_TRUE(lab.received(b).contains(nth(3)));
  EXPECT_EQ(sum(tallied::received), 2);
}

TEST_F(PrefixTally, CountsWhatIsAdvertised) {
  tally->count_advertised(true);
  const int a = lab.join({.asn = 101});
  lab.announce(a, nth(1), learned({101}));
  lab.join({.asn = 102, .tally = tally});
  EXPECT_EQ(sum(tallied::advertised), 1);
  tally->watch(tallied::advertised, 0, 1);
  lab.announce(a, nth(2), learned({101}));
  EXPECT_EQ(alarms, 1);
  lab.withdraw(a, nth(1));
  lab.withdraw(a, nth(2));
  EXPECT_EQ(sum(tallied::advertised), 0);
}

} // namespace
