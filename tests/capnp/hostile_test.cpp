// Clients that mean no good, and clients that are broken: the server and the other clients live on.

#include "tests/capnp/api_lab.hpp"

#include <capnp/rpc.capnp.h>
#include <capnp/serialize-async.h>

#include <random>

namespace bellman::test {
namespace {

class HostileTest : public ApiTest {
protected:
  kj::Own<kj::AsyncIoStream> raw() {
    auto address = wait(io.provider->getNetwork().parseAddress("unix:" + socket));
    return wait(address->connect());
  }
  void expect_alive() {
    auto c = connect();
    EXPECT_TRUE(wait(routes(c).countRequest().send()).isOk());
  }
  /// Writes, and reads until the server closes (or says something and waits). Whether the write went through is not
  /// asked.
  void throw_at(kj::ArrayPtr<const kj::byte> bytes) {
    auto stream = raw();
    kj::byte answer[4096];
    try {
      wait(stream->write(bytes.begin(), bytes.size()));
      stream->shutdownWrite();
      while (wait(stream->tryRead(answer, 1, sizeof answer)) != 0) {
      }
    } catch (const kj::Exception&) {
      // it hung up before we were done
    }
  }
};

TEST_F(HostileTest, GarbageEndsOnlyItsOwnConnection) {
  start(usual_settings());
  std::mt19937 random{17};
  for (int round = 0; round < 100; ++round) {
    std::vector<kj::byte> bytes(1 + random() % 3000);
    for (auto& b : bytes)
      b = static_cast<kj::byte>(random());
    if (round % 2 == 0 && bytes.size() > 16) { // a plausible header: one segment that holds what follows
      std::fill_n(bytes.begin(), 8, kj::byte{0});
      bytes[4] = static_cast<kj::byte>((bytes.size() - 8) / 8);
      bytes[5] = static_cast<kj::byte>((bytes.size() - 8) / 8 / 256);
    }
    throw_at(kj::arrayPtr(bytes.data(), bytes.size()));
  }
  expect_alive();
}

TEST_F(HostileTest, AMessageOverTheLimitIsRefusedBeforeItIsRead) {
  auto settings = usual_settings();
  settings.limits.message_words = 1 << 12;
  start(settings);
  auto stream = raw();
  const std::uint32_t header[] = {0, 0x10000000}; // one segment of 2 GiB
  wait(stream->write(header, sizeof header));
  kj::byte answer[65536];
  while (wait(stream->tryRead(answer, 1, sizeof answer)) != 0) { // "abort", and then the end
  }
  expect_alive();
}

TEST_F(HostileTest, ConnectionsAreLimited) {
  auto settings = usual_settings();
  settings.limits.connections = 8;
  start(settings);
  std::vector<api_client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(connect());
    enter(clients.back());
  }
  auto ninth = connect();
  EXPECT_ANY_THROW(enter(ninth));
  clients.pop_back();
  for (int tries = 0; tries < 1000; ++tries) { // the server notices the end in its own time
    auto c = connect();
    try {
      enter(c);
      return;
    } catch (const kj::Exception&) {
      wait(io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS));
    }
  }
  FAIL() << "the place of a client that left stays taken";
}

TEST_F(HostileTest, AConnectionThatNeverEntersIsClosed) {
  auto settings = usual_settings();
  settings.limits.enter_within = std::chrono::seconds{0};
  start(settings);
  auto stream = raw();
  kj::byte answer[64];
  EXPECT_EQ(wait(stream->tryRead(answer, 1, sizeof answer)), 0u);
}

TEST_F(HostileTest, ObjectsOfAConnectionAreLimited) {
  auto settings = usual_settings();
  settings.limits.objects = 10;
  start(settings);
  auto c = connect();
  auto client = routes(c); // and its session, which has gone
  std::vector<api::Cursor::Client> cursors;
  for (int i = 0; i < 9; ++i)
    cursors.push_back(wait(client.openRequest().send()).getOk());
  auto one_more = wait(client.openRequest().send());
  ASSERT_TRUE(one_more.isError());
  EXPECT_EQ(one_more.getError().getCode(), "limit");
  cursors.pop_back();
  EXPECT_TRUE(wait(client.openRequest().send()).isOk());
}

TEST_F(HostileTest, AClientThatAsksWithoutReadingGetsLittlePrepared) {
  for (std::uint32_t part = 0; part < partitions; ++part)
    in_lab(part, [=](rib_lab& lab) {
      for (std::uint32_t i = 0; i < 20000; ++i) {
        const wire::prefix4 p{0x14000000u + i * 0x100, 24};
        if (rib::partition_of(p, partitions) == part)
          lab.announce(1, wire::to_prefix(p), learned({65001, 64512 + i % 5000}));
      }
    });
  start(usual_settings());
  auto c = connect();
  auto client = routes(c);
  std::vector<kj::Promise<void>> asked;
  std::uint64_t rows = 0;
  for (int i = 0; i < 40; ++i) {
    auto cursor = wait(client.openRequest().send()).getOk();
    auto call = cursor.nextRequest();
    call.setMax(10000);
    asked.push_back(call.send().then([&rows](auto&& answer) { rows += answer.getOk().getRows().size(); }));
  }
  // All pages come, each prepared when the ones before it have mostly been taken.
  for (auto& a : asked)
    wait(kj::mv(a));
  EXPECT_GT(rows, 40u * 5000);
  expect_alive();
}

TEST_F(HostileTest, ClientsThatVanishLeaveNothingBehind) {
  start(usual_settings());
  for (int i = 0; i < 50; ++i) {
    auto c = connect();
    auto watch = routes(c).watchRequest();
    auto handle = wait(watch.send()).getOk();
    auto cursor = wait(routes(c).openRequest().send()).getOk();
    auto pending = cursor.nextRequest().send(); // and gone, in the middle of a call
  }
  auto c = connect();
  auto control = wait(enter(c, "viewer-secret").controlRequest().send()).getOk();
  for (int tries = 0; tries < 1000; ++tries) {
    auto answer = wait(control.healthRequest().send());
    if (answer.getHealth().getWatches() == 0 && answer.getHealth().getConnections() == 1)
      return;
    wait(io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS));
  }
  FAIL() << "watches or connections are left";
}

} // namespace
} // namespace bellman::test
