#pragma once
// Lets every struct in `bellman::msg` travel between actors of this process. CAF 0.17 would otherwise ask for an
// `inspect` overload per struct, which only a message that crosses the network needs; ours never do.

#include <caf/allowed_unsafe_message_type.hpp>

#include <type_traits>

namespace bellman::msg {

template <class T>
std::true_type stays_in_process(const T&);

} // namespace bellman::msg

template <class T>
  requires requires(const T& x) { stays_in_process(x); }
struct caf::allowed_unsafe_message_type<T> : std::true_type {};
