#include "actors/net/keyring.hpp"

#include "actors/log_text.hpp"
#include "actors/net/ao_options.hpp"
#include "actors/net/listener.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace bellman::net {

namespace {

peer::session_keys keys_of(const keyring::entry& e) { return {e.key, e.chain}; }

} // namespace

const char* missing_event(signing how) noexcept { return how == signing::ao ? "tcp_ao_missing" : "md5_key_missing"; }

keyring::keyring() : keyring{net::why_no_ao} {}
keyring::keyring(std::function<std::string()> kernel) : kernel_{std::move(kernel)} {}

void keyring::set(const wire::prefix& whom, peer::session_keys keys) {
  if (auto why = keys.ao.empty() ? std::string{} : why_no_ao(); !why.empty())
    return block(whom, std::move(why), signing::ao);
  put(whom, {std::move(keys.md5), {}, std::move(keys.ao)});
}

void keyring::set(const wire::prefix& whom, std::string md5_key) {
  set(whom, peer::session_keys{std::move(md5_key), {}});
}

void keyring::block(const wire::prefix& whom, std::string why, signing how) {
  spdlog::error("{} neighbor={} reason=\"{}\"", missing_event(how), to_string(whom), quotable(why));
  put(whom, {{}, std::move(why)});
}

void keyring::erase(const wire::prefix& whom) {
  const std::lock_guard guard{mutex_};
  if (entries_.erase(whom) != 0)
    tell_all(whom, {});
}

std::optional<keyring::entry> keyring::exact(const wire::prefix& whom) const {
  const std::lock_guard guard{mutex_};
  const auto found = entries_.find(whom);
  return found == entries_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<keyring::entry> keyring::find(const wire::ip_address& who) const {
  const std::lock_guard guard{mutex_};
  const std::pair<const wire::prefix, entry>* best = nullptr;
  for (const auto& e : entries_)
    if (e.first.covers(who) && (best == nullptr || best->first.length < e.first.length))
      best = &e;
  return best == nullptr ? std::nullopt : std::optional{best->second};
}

void keyring::each(const std::function<void(const wire::prefix&, const peer::session_keys&)>& visit) const {
  const std::lock_guard guard{mutex_};
  for (const auto& [whom, e] : entries_)
    if (const auto keys = keys_of(e); keys.any())
      visit(whom, keys);
}

void keyring::attach(const std::shared_ptr<listener>& door) {
  const std::lock_guard guard{mutex_};
  std::erase_if(doors_, [](const auto& d) { return d.expired(); });
  doors_.push_back(door);
  for (const auto& [whom, e] : entries_)
    if (keys_of(e).any())
      tell(*door, whom, e);
}

void keyring::put(const wire::prefix& whom, entry e) {
  const std::lock_guard guard{mutex_};
  auto& now = entries_[whom];
  if (std::exchange(now, std::move(e)) != now)
    tell_all(whom, now);
}

void keyring::tell(listener& door, const wire::prefix& whom, const entry& e) {
  door.set_keys(whom, keys_of(e), [self = weak_from_this(), whom](const std::string& why) {
    if (const auto ring = self.lock(); ring && !why.empty())
      ring->refused(whom, why);
  });
}

/// Under the lock: the listeners get keys in the order in which they were set. At a socket of all links the kernel
/// takes a key from all neighbours of the same address; those on other links get theirs again.
void keyring::tell_all(const wire::prefix& whom, const entry& e) {
  const auto is_namesake = [&](const wire::prefix& other) {
    return other != whom && other.length == whom.length && other.address.without_zone() == whom.address.without_zone();
  };
  for (const auto& d : doors_) {
    const auto door = d.lock();
    if (!door)
      continue;
    tell(*door, whom, e);
    if (keys_of(e).any() || !whom.address.has_zone())
      continue;
    for (const auto& [other, has] : entries_)
      if (is_namesake(other) && keys_of(has).any())
        tell(*door, other, has);
  }
}

void keyring::refused(const wire::prefix& whom, const std::string& why) {
  const std::lock_guard guard{mutex_};
  const auto found = entries_.find(whom);
  const bool ao = found != entries_.end() && !found->second.chain.empty();
  spdlog::error("{} neighbor={} reason=\"{}\"", ao ? "tcp_ao_key_refused" : "md5_key_refused", to_string(whom),
                quotable(why));
  if (found != entries_.end())
    found->second.trouble = why;
}

} // namespace bellman::net
