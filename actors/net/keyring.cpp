#include "actors/net/keyring.hpp"

#include "actors/log_text.hpp"
#include "actors/net/listener.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace bellman::net {

void keyring::set(const wire::prefix& whom, std::string key) { put(whom, {std::move(key), {}}); }

void keyring::block(const wire::prefix& whom, std::string why) {
  spdlog::error("md5_key_missing neighbor={} reason=\"{}\"", to_string(whom), quotable(why));
  put(whom, {{}, std::move(why)});
}

void keyring::erase(const wire::prefix& whom) {
  const std::lock_guard guard{mutex_};
  if (entries_.erase(whom) != 0)
    tell(whom, {});
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

void keyring::each(const std::function<void(const wire::prefix&, const std::string&)>& visit) const {
  const std::lock_guard guard{mutex_};
  for (const auto& [whom, e] : entries_)
    if (!e.key.empty())
      visit(whom, e.key);
}

void keyring::attach(const std::shared_ptr<listener>& door) {
  const std::lock_guard guard{mutex_};
  std::erase_if(doors_, [](const auto& d) { return d.expired(); });
  doors_.push_back(door);
  for (const auto& [whom, e] : entries_)
    if (!e.key.empty())
      door->set_md5(whom, e.key, {});
}

void keyring::put(const wire::prefix& whom, entry e) {
  const std::lock_guard guard{mutex_};
  auto& now = entries_[whom];
  if (std::exchange(now, std::move(e)) != now)
    tell(whom, now.key);
}

/// Under the lock: the listeners get keys in the order in which they were set.
void keyring::tell(const wire::prefix& whom, const std::string& key) {
  for (const auto& d : doors_)
    if (const auto door = d.lock())
      door->set_md5(whom, key, [self = weak_from_this(), whom](const std::string& why) {
        if (const auto ring = self.lock(); ring && !why.empty())
          ring->refused(whom, why);
      });
}

void keyring::refused(const wire::prefix& whom, const std::string& why) {
  spdlog::error("md5_key_refused neighbor={} reason=\"{}\"", to_string(whom), quotable(why));
  const std::lock_guard guard{mutex_};
  if (const auto found = entries_.find(whom); found != entries_.end())
    found->second.trouble = why;
}

} // namespace bellman::net
