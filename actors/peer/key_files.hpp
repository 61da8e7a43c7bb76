#pragma once
// The files that the keys of a neighbour stand in: the first line of one is a TCP MD5 key (RFC 2385), the other is a
// chain of TCP-AO keys (RFC 5925).

#include "actors/peer/session_keys.hpp"
#include "wire/result.hpp"

#include <string>
#include <string_view>

namespace bellman::peer {

struct neighbor_patch;
struct neighbor_settings;

/// At most one is named.
struct key_files {
  std::string md5, ao; ///< paths; empty: none

  bool any() const noexcept { return !md5.empty() || !ao.empty(); }
  /// As it is called in the configuration.
  const char* field() const noexcept { return ao.empty() ? "password_file" : "tcp_ao_file"; }
  bool operator==(const key_files&) const = default;
};

/// Why nobody has both.
inline constexpr std::string_view two_kinds_of_keys =
    "`password_file` and `tcp_ao_file` exclude each other: a segment is signed with TCP MD5 or TCP-AO";

key_files files_of(const neighbor_settings& s);
key_files files_of(const neighbor_patch& group);

/// The first line of the file, 1 to 80 octets. The error names the file and never what is in it, here and below.
result<std::string, std::string> read_password(const std::string& path);
/// The text of the file as `parse_ao_chain` reads it.
result<ao_chain, std::string> read_ao_chain(const std::string& path);
result<session_keys, std::string> read_keys(const key_files& files);

} // namespace bellman::peer
