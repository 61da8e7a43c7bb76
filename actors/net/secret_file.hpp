#pragma once
// Secrets stand in files of their own: they are read when they are needed, and never written, logged or answered.

#include "wire/result.hpp"

#include <string>

namespace bellman::net {

/// The first line of the file, for a TCP MD5 key: 1 to 80 octets. The error names the file and never what is in it.
result<std::string, std::string> read_md5_key(const std::string& path);

} // namespace bellman::net
