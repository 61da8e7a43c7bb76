#pragma once
// Secrets stand in files of their own: they are read when they are needed, and never written, logged or answered.

#include "wire/result.hpp"

#include <cstddef>
#include <string>

namespace bellman::peer {

/// In octets; more the kernel does not take.
inline constexpr std::size_t longest_password = 80;

/// The first line of the file, for a TCP MD5 key (RFC 2385): 1 to 80 octets. Refused where other users of the machine
/// may read or write it, or own it. The error names the file and never what is in it.
result<std::string, std::string> read_password(const std::string& path);

} // namespace bellman::peer
