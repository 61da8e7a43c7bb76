#pragma once
// The Unix socket that clients find the daemon by.

#include "wire/result.hpp"

#include <kj/io.h>

#include <cstdint>
#include <string>

namespace bellman::api {

/// Listens on `path` with the permissions of `mode`, which hold before the first client can connect. A socket file on
/// which nobody answers is taken away first; one that somebody answers on, and every other kind of file, is left alone.
/// The error is for people.
result<kj::AutoCloseFd, std::string> open_doorway(const std::string& path, std::uint32_t mode);

} // namespace bellman::api
