// bench_api: what a client of the API can get out of the daemon. One line of JSON, exit code 1 with "error" in it.
//
//   bench_api inject SOCKET COUNT TARGET PORT TARGET_ASN OWN OWN_ASN
//       one batch of COUNT routes: until it is on disk, and until the neighbour OWN has all of them
//   bench_api watch SOCKET EVENTS
//       a line {"snapshot_events": ...} after the snapshot; then so many changes, pushed by the daemon, are counted

#include "tests/bench/api/counting_neighbor.hpp"

#include "capnp/client/injector.hpp"
#include "capnp/client/routes.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace bellman::bench {

namespace {

constexpr double patience = 120; // seconds

template <class T>
T insist(client::outcome<T> got) {
  if (!got)
    throw std::runtime_error{client::to_string(got.error())};
  return std::move(*got);
}

client::place place_of(const char* socket) {
  client::place p;
  p.socket = socket;
  p.patience = std::chrono::seconds{static_cast<int>(patience)};
  return p;
}

wire::ip_address address(const char* text) {
  const auto a = wire::parse_ip(text);
  if (!a)
    throw std::runtime_error{std::string{text} + " is no address"};
  return *a;
}

std::uint32_t number(const char* text) { return static_cast<std::uint32_t>(std::stoul(text)); }

void until(const char* what, const std::function<bool()>& reached) {
  const auto start = clock::now();
  while (!reached()) {
    if (seconds_since(start) > patience)
      throw std::runtime_error{std::string{"not in time: "} + what};
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

/// /24 after /24 from 20.0.0.0 on; 16 sets of attributes, as a deployment has a few.
void inject(char** words) {
  const auto count = number(words[1]);
  session_settings s;
  s.target = address(words[2]);
  s.port = static_cast<std::uint16_t>(number(words[3]));
  s.own = address(words[5]);
  s.own_asn = number(words[6]);
  counting_neighbor neighbor{s};
  until("the session", [&] { return neighbor.is_established(); });

  client::event_loop loop;
  client::connection daemon{loop, place_of(words[0])};
  insist(daemon.open());
  client::injector injector{daemon};
  std::vector<wire::path_attributes> sets(16);
  for (std::uint32_t i = 0; i < sets.size(); ++i)
    sets[i].communities = {(65000u << 16) + i};

  const auto start = clock::now();
  auto batch = insist(injector.begin());
  for (std::uint32_t i = 0; i < count; ++i)
    insist(batch.put({wire::ip_address::v4((20u << 24) + (i << 8)), 24}, sets[i % sets.size()]));
  const double sent = seconds_since(start);
  insist(batch.commit());
  const double durable = seconds_since(start);
  until("all routes at the neighbour", [&] { return neighbor.announced() >= count; });
  const double there = std::chrono::duration<double>(neighbor.newest() - start).count();
  std::printf("{\"sent_s\": %.3f, \"durable_s\": %.3f, \"at_neighbor_s\": %.3f}\n", sent, durable, there);
}

/// Counts what is pushed; the events stay where they are.
class counting_sink final : public api::RouteSink::Server {
public:
  struct tally {
    std::uint64_t snapshot = 0, changes = 0, batches = 0, coalesced = 0;
    bool in_snapshot = true;
    clock::time_point begin = clock::now(), first, last;
  };
  counting_sink(tally& t, std::uint64_t wanted, kj::Own<kj::PromiseFulfiller<void>> snapshot,
                kj::Own<kj::PromiseFulfiller<void>> all)
      : tally_{t}, wanted_{wanted}, snapshot_{kj::mv(snapshot)}, all_{kj::mv(all)} {}

  kj::Promise<void> batch(BatchContext context) override {
    const auto b = context.getParams().getBatch();
    auto& t = tally_;
    t.coalesced += b.getCoalesced();
    if (b.getMark() == api::Mark::SNAPSHOT_END) {
      t.in_snapshot = false;
      t.last = clock::now();
      snapshot_->fulfill();
    }
    const auto events = b.getEvents().size();
    if (events == 0)
      return kj::READY_NOW;
    t.last = clock::now();
    ++t.batches;
    if (t.in_snapshot) {
      t.snapshot += events;
    } else {
      if (t.changes == 0)
        t.first = t.last;
      t.changes += events;
      if (t.changes + t.coalesced >= wanted_)
        all_->fulfill();
    }
    return kj::READY_NOW;
  }

private:
  tally& tally_;
  std::uint64_t wanted_;
  kj::Own<kj::PromiseFulfiller<void>> snapshot_, all_;
};

void watch(char** words) {
  client::event_loop loop;
  client::connection daemon{loop, place_of(words[0])};
  insist(daemon.open());
  auto snapshot = kj::newPromiseAndFulfiller<void>();
  auto all = kj::newPromiseAndFulfiller<void>();
  counting_sink::tally t;
  auto call = insist(daemon.routes()).watchRequest();
  call.setSink(kj::heap<counting_sink>(t, number(words[1]), kj::mv(snapshot.fulfiller), kj::mv(all.fulfiller)));
  const auto handle = insist(daemon.ask(call.send(), [](auto r) { return r.getOk(); }));

  insist(loop.wait(kj::mv(snapshot.promise), daemon.where().patience));
  std::printf("{\"snapshot_events\": %lu, \"snapshot_s\": %.3f}\n", t.snapshot,
              std::chrono::duration<double>(t.last - t.begin).count());
  std::fflush(stdout);
  if (number(words[1]) == 0)
    return;
  insist(loop.wait(kj::mv(all.promise), daemon.where().patience));
  std::printf("{\"changes\": %lu, \"changes_s\": %.3f, \"batches\": %lu, \"coalesced\": %lu}\n", t.changes,
              std::chrono::duration<double>(t.last - t.first).count(), t.batches, t.coalesced);
}

} // namespace

} // namespace bellman::bench

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  try {
    if (what == "inject" && argc == 9)
      bellman::bench::inject(argv + 2);
    else if (what == "watch" && argc == 4)
      bellman::bench::watch(argv + 2);
    else
      throw std::invalid_argument{"inject SOCKET COUNT TARGET PORT TARGET_ASN OWN OWN_ASN, or watch SOCKET EVENTS"};
    return 0;
  } catch (const std::invalid_argument& e) {
    std::fprintf(stderr, "bench_api: %s\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    std::printf("{\"error\": \"%s\"}\n", e.what());
    return 1;
  }
}
