#pragma once
// The parts of the file, each read and checked by a file of its own. Inner header of this folder.

#include "configs/config.hpp"
#include "configs/reader.hpp"

#include <map>
#include <string>
#include <vector>

namespace bellman::configs {

/// [global], [listen], [api], [store], [logging], [debug], [confederation], [best_path], [[igp_metric]].
void read_process(table_reader& file, daemon& to);

/// "192.0.2.1" as a number; nothing for 0.0.0.0.
std::optional<std::uint32_t> parse_identifier(const std::string& text);

/// [groups.NAME] and [[neighbors]]. Wants `global` and `definitions` to be read already.
void read_neighbors(table_reader& file, daemon& to);

/// [[dynamic_neighbors]]. Wants groups to be read already.
void read_ranges(table_reader& file, daemon& to);

/// [[prefix_sets]] and [[policies]].
void read_definitions(table_reader& file, daemon& to);

/// Largest AS number that can be meant: 4294967295 is reserved (RFC 7300).
inline constexpr std::int64_t max_asn = 4294967294;

} // namespace bellman::configs
