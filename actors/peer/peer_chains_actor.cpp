#include "actors/peer/peer_chains_actor.hpp"

#include "actors/log_text.hpp"

#include "actors/peer/negotiation.hpp"
#include "actors/peer/peer_messages_actor.hpp"
#include "actors/registry.hpp"

#include <caf/all.hpp>

#include <utility>

namespace bellman::peer {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 30s; ///< for an answer of the policies actor
constexpr auto absent = 1s;    ///< until they are looked for again
constexpr auto refused = 5s;   ///< until they are asked again

} // namespace

chain_preparation::chain_preparation(caf::event_based_actor* self, std::string who, const peer_log& log, desk d)
    : self_{self}, who_{std::move(who)}, log_{log}, desk_{std::move(d)} {}

void chain_preparation::begin(const neighbor_settings& settings) {
  const auto type = session_type_of(settings);
  if (const auto missing = missing_policies(settings); !missing.empty())
    log_.warn("no_policy peer={} missing=\"{}\": no route passes (RFC 8212)", who_, missing);
  use(++round_, {{settings.import_policy, type}, {settings.export_policy, type}});
}

void chain_preparation::use(std::uint32_t round, std::vector<msg::use_chain> wanted) {
  if (wanted.empty())
    return desk_.ready();
  const auto policies = find_actor(self_->system(), names::policies);
  if (!policies)
    return later(round, absent, "the policies are not available");
  const auto first = wanted.front();
  wanted.erase(wanted.begin());
  self_->request(policies, patience, first)
      .then(
          [this, round, wanted](const msg::outcome& answer) {
            if (!is_current(round))
              return;
            if (answer.refused)
              return later(round, refused, "policy refused: " + answer.refused->message);
            use(round, wanted);
          },
          [this, round](const caf::error& e) {
            if (is_current(round))
              later(round, absent, "the policies do not answer: " + self_->system().render(e));
          });
}

void chain_preparation::later(std::uint32_t round, std::chrono::seconds after, std::string why) {
  log_.error("policies_unavailable peer={} reason=\"{}\"", who_, quotable(why));
  self_->delayed_send(self_, after, msg::peer_prepare{round});
  desk_.failed(std::move(why));
}

} // namespace bellman::peer
