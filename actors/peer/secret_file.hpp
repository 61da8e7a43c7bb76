#pragma once
// Secrets stand in files of their own: they are read when they are needed, and never written, logged or answered.

#include "wire/result.hpp"

#include <cstddef>
#include <string>

namespace bellman::peer {

/// At most the first `most` octets of the file. Refused where other users of the machine may read or write it, or own
/// it. The error names the file, as in "the password file /etc/key is ...", and never what is in it.
result<std::string, std::string> read_secret(const std::string& what, const std::string& path, std::size_t most);

} // namespace bellman::peer
