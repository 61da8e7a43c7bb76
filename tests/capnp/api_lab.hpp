#pragma once
// A live API server on a Unix socket, with small actors behind it: partitions that hold a rib_lab, and neighbors,
// injector and ledger that keep what they were told. The test is the client, on its own thread.

#include "tests/support/rib_lab.hpp"

#include "actors/interfaces.hpp"
#include "actors/ledger/messages.hpp"
#include "actors/registry.hpp"
#include "capnp/gate.capnp.h"
#include "capnp/row_writer.hpp"
#include "capnp/server.hpp"
#include "capnp/values.hpp"

#include <caf/all.hpp>
#include <capnp/rpc-twoparty.h>
#include <gtest/gtest.h>
#include <kj/async-io.h>
#include <unistd.h>

#include <filesystem>

namespace bellman::test {

/// Runs in a partition.
struct lab_job {
  std::function<void(rib_lab&)> run;
};
std::true_type stays_in_process(const lab_job&);

/// What the fake injector and neighbors actor keep; looked at when nothing is under way.
struct journal {
  std::atomic<std::uint64_t> events_read = 0; ///< by watches, of all partitions
  std::mutex mutex;
  std::vector<msg::inject> injected;
  std::vector<std::string> neighbors;
  std::vector<msg::neighbor_status> statuses;
  std::optional<refusal> refuse;
  std::map<wire::prefix, std::shared_ptr<const wire::path_attributes>> own;
};

} // namespace bellman::test

template <>
struct caf::allowed_unsafe_message_type<bellman::test::lab_job> : std::true_type {};

namespace bellman::test {

inline caf::behavior fake_partition(caf::stateful_actor<std::shared_ptr<rib_lab>>* self, std::uint32_t index,
                                    std::uint64_t epoch, std::shared_ptr<journal> log) {
  auto sleepers = std::make_shared<std::vector<msg::wake_on_change>>();
  self->state = std::make_shared<rib_lab>();
  rib::partition::settings s;
  s.index = index;
  s.epoch = epoch;
  s.attributes = self->state->attributes;
  s.tombstones = 1000;
  self->state->ribs = std::make_unique<rib::partition>(std::move(s));
  self->state->ribs->publish("all", policy::accept_all());
  self->set_default_handler(caf::drop);
  auto wake = [self, sleepers, index] {
    std::erase_if(*sleepers, [&](const msg::wake_on_change& sleeper) {
      if (self->state->ribs->newest_sequence() <= sleeper.after)
        return false;
      self->send(sleeper.whom, msg::changes_ready{index});
      return true;
    });
  };
  return {
      [self, wake](const lab_job& job) {
        job.run(*self->state);
        wake();
        return true;
      },
      [self](const msg::list_routes& m) { return self->state->ribs->list(m.query, m.position, m.max); },
      [self, log](const msg::read_changes& m) {
        auto page = self->state->ribs->changes(m.query, m.max);
        log->events_read += page.events.size();
        return page;
      },
      [sleepers, wake](const msg::wake_on_change& m) {
        sleepers->push_back(m);
        wake();
      },
      [self](const msg::explain_prefix& m) { return self->state->ribs->explain(m.prefix, m.to); },
      [self](msg::get_rib_stats) { return self->state->ribs->stats(); },
      [self](const msg::fail_now&) { self->quit(caf::exit_reason::unhandled_exception); },
  };
}

inline caf::behavior fake_neighbors(caf::event_based_actor* self, std::shared_ptr<journal> log) {
  self->set_default_handler(caf::drop);
  auto watchers = std::make_shared<std::vector<caf::actor>>();
  const auto note = [log](std::string what, const wire::ip_address& a) {
    const std::lock_guard lock{log->mutex};
    log->neighbors.push_back(std::move(what) + " " + to_string(a));
    return msg::outcome{log->refuse};
  };
  return {
      [log](msg::list_neighbors) {
        const std::lock_guard lock{log->mutex};
        return msg::neighbor_list{log->statuses};
      },
      [log](const msg::show_neighbor& m) {
        const std::lock_guard lock{log->mutex};
        msg::neighbor_list found;
        for (const auto& s : log->statuses)
          if (s.settings.address == m.address)
            found.neighbors.push_back(s);
        return found;
      },
      [note](const msg::add_neighbor& m) {
        return note("add " + m.entry.group + " " + to_string(m.entry.own.remote_as.value_or(0)), m.entry.address);
      },
      [note](const msg::change_neighbor& m) {
        return note(std::string{"change"} + (m.group ? " group=" + *m.group : "") +
                        (m.patch.description ? " description=" + *m.patch.description : "") +
                        (m.patch.passive ? " passive" : ""),
                    m.address);
      },
      [note](const msg::remove_neighbor& m) { return note("remove", m.address); },
      [note](const msg::enable_neighbor& m) { return note("enable", m.address); },
      [note](const msg::disable_neighbor& m) { return note("disable " + m.text, m.address); },
      [note](const msg::reset_neighbor& m) {
        return note("reset " + std::to_string(static_cast<int>(m.kind)), m.address);
      },
      [self, log, watchers](const msg::watch_neighbors& m) {
        const std::lock_guard lock{log->mutex};
        watchers->push_back(m.whom);
        self->send(m.whom, msg::neighbor_list{log->statuses});
      },
      [self, watchers](const msg::neighbor_event& e) {
        for (const auto& w : *watchers)
          self->send(w, e);
      },
  };
}

inline caf::behavior fake_injector(caf::event_based_actor* self, std::shared_ptr<journal> log) {
  self->set_default_handler(caf::drop);
  return {
      [log](const msg::inject& m) {
        const std::lock_guard lock{log->mutex};
        msg::injected out;
        out.refused = log->refuse;
        log->injected.push_back(m);
        out.sequence = log->injected.size();
        for (const auto& e : *m.edits) {
          (e.withdraw ? out.withdrawn : out.announced) += 1;
          if (e.withdraw)
            log->own.erase(e.prefix);
          else
            log->own[e.prefix] = std::make_shared<wire::path_attributes>(m.attributes->at(e.attributes));
        }
        return out;
      },
      [log](const msg::list_injected& m) {
        const std::lock_guard lock{log->mutex};
        msg::injected_page page;
        std::uint64_t n = 0;
        for (const auto& [p, a] : log->own)
          if (n++ >= m.offset && page.rows.size() < m.max)
            page.rows.push_back({m.owner, p, a});
        page.done = m.offset + page.rows.size() >= log->own.size();
        return page;
      },
      [log](const msg::withdraw_all&) {
        const std::lock_guard lock{log->mutex};
        msg::injected out;
        out.withdrawn = log->own.size();
        log->own.clear();
        return out;
      },
  };
}

/// A client with its own connection.
struct api_client {
  kj::Own<kj::AsyncIoStream> stream;
  kj::Own<::capnp::TwoPartyClient> rpc;

  api::Gate::Client gate() { return rpc->bootstrap().castAs<api::Gate>(); }
};

class ApiTest : public ::testing::Test {
protected:
  static constexpr std::uint32_t partitions = 2;

  struct caf_settings : caf::actor_system_config {
    caf_settings() {
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-threads", 2);
    }
  };

  ApiTest();
  ~ApiTest() noexcept override;

  void start(api::server_settings settings, api::server_hooks hooks = {});
  api::server_settings usual_settings() const;

  api_client connect();
  api::Session::Client enter(api_client& c, const char* token = nullptr);
  /// A viewer's, unless the test says otherwise.
  api::Routes::Client routes(api_client& c);
  api::Injector::Client injector(api_client& c);

  /// Runs `f` in the partition of `p` and waits for it.
  void in_lab(std::uint32_t partition, std::function<void(rib_lab&)> f);
  void announce(int from, const char* prefix, const wire::path_attributes& a);
  void withdraw(int from, const char* prefix);
  void start_partition(std::uint32_t index, std::uint64_t epoch);
  void name(const char* as, const caf::actor& a) { enlist(system, as, a); }

  template <class T>
  auto wait(T&& promise) {
    return io.provider->getTimer().timeoutAfter(60 * kj::SECONDS, kj::fwd<T>(promise)).wait(io.waitScope);
  }

  kj::AsyncIoContext io = kj::setupAsyncIo();
  std::filesystem::path folder;
  std::string socket;
  caf_settings config;
  caf::actor_system system{config};
  caf::scoped_actor self{system, true};
  std::shared_ptr<journal> log = std::make_shared<journal>();
  std::vector<caf::actor> parts;
  caf::actor neighbors, injector_actor, ledger;
  api::api_server server;
};

inline std::string text(wire::bytes_view octets, unsigned length) {
  const auto a = api::read_address(api::as_data(octets));
  return a ? wire::to_string(*a) + "/" + std::to_string(length) : "?";
}
inline std::string text(api::Prefix::Reader p) { return text(api::as_bytes(p.getOctets()), p.getLength()); }
inline void set(api::Prefix::Builder out, const char* prefix) { api::write_prefix(pfx(prefix), out); }

} // namespace bellman::test
