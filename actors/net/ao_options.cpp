#include "actors/net/ao_options.hpp"

#include "actors/net/ao_kernel.hpp"
#include "actors/net/kernel_socket.hpp"
#include "actors/peer/ao_chain.hpp"

#include <array>

#include <unistd.h>

namespace bellman::net {

namespace {

using peer::ao_step;

constexpr std::size_t most_listed = 64; ///< keys of one connection: its own, and of ranges around it

template <class Request>
int put(const ao_asker& ask, int option, const Request& request) {
  return ask(option, std::as_bytes(std::span{&request, 1}));
}

int perform(const ao_asker& ask, const wire::prefix& whom, const ao_step& step, const peer::ao_key* next) {
  switch (step.what) {
  case ao_step::kind::add: return put(ask, ao_add_option, add_request(whom, step.key));
  case ao_step::kind::prefer: return put(ask, ao_info_option, prefer_request(step.key));
  case ao_step::kind::remove: {
    const auto error = put(ask, ao_remove_option, remove_request(whom, step.key, next));
    return error == ENOENT ? 0 : error; // it is gone, as it should be
  }
  }
  return EINVAL;
}

std::string about(const peer::ao_key& key, int error) {
  return "TCP-AO key " + std::to_string(key.send_id) + "/" + std::to_string(key.receive_id) + ": " + ao_refused(error);
}

/// Fails where it has none: it came without TCP-AO.
result<std::vector<inherited_key>, std::string> list_keys(int socket) {
  std::array<ao_listed_key, most_listed> listed{};
  listed[0].count = most_listed;
  listed[0].all = 1;
  socklen_t size = sizeof listed[0]; // of one of them; how many there is room for stands in the first
  if (::getsockopt(socket, IPPROTO_TCP, ao_list_option, listed.data(), &size) != 0)
    return fail{errno == ENOENT ? std::string{"it came unsigned, before there was a key (RFC 5925)"}
                                : ao_refused(errno)};
  const std::size_t count = listed[0].count;
  if (count > listed.size())
    return fail{std::string{"it has too many TCP-AO keys"}};
  std::vector<inherited_key> out;
  for (std::size_t i = 0; i < count; ++i)
    if (auto key = read_listed(listed[i]))
      out.push_back(std::move(*key));
  return out;
}

} // namespace

std::string why_no_ao() {
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return "whether the kernel knows TCP-AO cannot be found out: " + reason();
  ao_info info{};
  socklen_t size = sizeof info;
  const auto error = ::getsockopt(fd, IPPROTO_TCP, ao_info_option, &info, &size) == 0 ? 0 : errno;
  ::close(fd);
  return error == 0 || error == ENOENT ? "" : ao_refused(error); // ENOENT: this socket has no key
}

ao_asker asker_of(int socket) {
  return [socket](int option, std::span<const std::byte> request) {
    const auto size = static_cast<socklen_t>(request.size());
    return ::setsockopt(socket, IPPROTO_TCP, option, request.data(), size) == 0 ? 0 : errno;
  };
}

std::string change_ao(const ao_asker& ask, const wire::prefix& whom, peer::ao_chain& held, const peer::ao_chain& wanted,
                      ao_place where) {
  const bool in_use = where == ao_place::connection;
  const auto plan = peer::plan_ao(held, wanted);
  if (plan.resets && in_use)
    return "no key stays while the others change: only a new connection can have them";
  const peer::ao_key* next = nullptr;
  for (const auto& step : plan.steps) {
    if (step.what == ao_step::kind::prefer && !in_use)
      continue;
    if (const auto error = perform(ask, whom, step, next); error != 0)
      return about(step.key, error);
    switch (step.what) {
    case ao_step::kind::add: held.push_back(step.key); break;
    case ao_step::kind::prefer:
      next = &step.key;
      std::erase(held, step.key);
      held.insert(held.begin(), step.key);
      break;
    case ao_step::kind::remove: std::erase(held, step.key); break;
    }
  }
  held = wanted;
  return {};
}

result<wire::prefix, std::string> take_ao(int accepted_socket, const peer::ao_chain& wanted) {
  const auto there = list_keys(accepted_socket);
  if (!there)
    return fail{there.error()};
  const auto heir = judge(*there, wanted);
  if (!heir)
    return fail{heir.error()};
  const auto ask = asker_of(accepted_socket);
  if (const auto error = put(ask, ao_info_option, prefer_request(wanted.front())); error != 0)
    return fail{about(wanted.front(), error)};
  for (const auto& k : heir->strangers)
    if (const auto error = perform(ask, k.whom, {ao_step::kind::remove, k.key}, &wanted.front()); error != 0)
      return fail{about(k.key, error)};
  return heir->whom;
}

} // namespace bellman::net
