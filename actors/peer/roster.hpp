#pragma once
// What neighbours there are: what the file says, what the API said, and what comes of both. Pure: every change gives a
// new roster, which is taken over once it is stored.

#include "actors/peer/dynamic_range.hpp"
#include "actors/peer/key_files.hpp"
#include "actors/peer/neighbor_settings.hpp"
#include "actors/peer/settings_check.hpp"
#include "wire/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::peer {

/// A neighbour as it is written: with its group, before inheritance.
struct written_neighbor {
  std::string group;
  neighbor_patch own;
  bool operator==(const written_neighbor&) const = default;
};

struct neighbor_file {
  speaker_settings speaker;
  std::map<std::string, neighbor_patch> groups;
  std::map<wire::ip_address, written_neighbor> neighbors;
  std::map<wire::prefix, dynamic_range> ranges = {};
};

/// What the API said of one neighbour; it outlives reloads and restarts.
struct api_statement {
  std::optional<std::string> group; ///< unset: the file's
  neighbor_patch patch;             ///< over the file's entry
  written_neighbor base;            ///< the file's entry as it was seen last: in force where the file names it no more
  bool made = false;                ///< added by API: stands alone, whatever the file says
  bool removed = false;             ///< removed by API, though the file names it
  bool operator==(const api_statement&) const = default;
};

inline constexpr std::size_t most_neighbors = 65534;

class roster {
public:
  using statements = std::map<wire::ip_address, api_statement>;
  struct member {
    neighbor_settings settings;
    bool by_api = false;                    ///< made or changed by it
    std::optional<wire::prefix> range = {}; ///< of a dynamic neighbour
    bool operator==(const member&) const = default;
  };

  /// Who takes part, by address.
  const std::map<wire::ip_address, member>& members() const noexcept { return members_; }
  /// Whose call it is: the member of that address, else the one that is known by the interface alone. Null: nobody's.
  const member* caller(const wire::ip_address& from) const;
  const statements& said() const noexcept { return said_; }
  /// Neighbours of the API that cannot be as they are stated (a group that the file has no more): they stay as they
  /// were, or are left out. By address, for people.
  const std::map<wire::ip_address, mistake>& troubles() const noexcept { return troubles_; }
  bool file_names(const wire::ip_address& a) const { return file_.neighbors.contains(a); }

  /// Another file. Fails as a whole where one of its own neighbours is wrong.
  result<roster, mistake> with_file(neighbor_file file) const;
  /// What the ledger has.
  roster with_statements(statements all, std::map<wire::prefix, std::optional<dynamic_range>> ranges = {}) const;
  result<roster, mistake> with_added(const wire::ip_address& a, std::string group, const neighbor_patch& patch) const;
  /// `patch` goes over what is in force. A neighbour that the API leaves as the file has it is the file's again.
  result<roster, mistake> with_changed(const wire::ip_address& a, const std::optional<std::string>& group,
                                       const neighbor_patch& patch) const;
  result<roster, mistake> with_removed(const wire::ip_address& a) const;

  // ---- dynamic neighbours (roster_ranges.cpp)

  /// Unset: removed by API, though the file names it.
  using said_range = std::optional<dynamic_range>;
  std::map<wire::prefix, dynamic_range> ranges() const;
  const std::map<wire::prefix, said_range>& said_ranges() const noexcept { return said_ranges_; }
  bool file_names(const wire::prefix& range) const { return file_.ranges.contains(range); }
  /// The longest that covers the address; none for a neighbour of the file that the API removed.
  std::optional<dynamic_range> range_of(const wire::ip_address& a) const;
  std::uint32_t dynamic_members(const wire::prefix& of) const;
  std::size_t dynamic_members() const noexcept { return dynamic_.size(); }
  bool is_dynamic(const wire::ip_address& a) const { return dynamic_.contains(a); }
  /// As far as they are known before the caller says its AS number.
  neighbor_settings settings_in(const dynamic_range& r, const wire::ip_address& a) const;
  key_files key_files_of(const dynamic_range& r) const;
  /// May a caller of the range have this AS number?
  bool takes(const dynamic_range& r, std::uint32_t asn) const;
  result<roster, mistake> with_range(const dynamic_range& r) const;
  result<roster, mistake> without_range(const wire::prefix& range) const;
  /// A caller becomes a neighbour; one that is there already stays as it is, whatever AS number it calls with now. With
  /// `most` in all ranges together, or as many as the range may have, it is refused: "limit".
  result<roster, mistake> with_dynamic(const wire::ip_address& a, std::uint32_t asn,
                                       std::size_t most = most_neighbors) const;
  roster without_dynamic(const std::vector<wire::ip_address>& gone) const;

private:
  std::optional<mistake> mistake_in_members(const dynamic_range& r, const neighbor_patch& group) const;
  result<member, mistake> dynamic_member(const wire::ip_address& a) const;
  /// How it is written in the end; nothing if it does not take part.
  std::optional<written_neighbor> written(const wire::ip_address& a) const;
  result<neighbor_settings, mistake> resolved(const wire::ip_address& a, const written_neighbor& w) const;
  result<done, mistake> recompute();
  std::optional<mistake> recompute(const wire::ip_address& a);

  neighbor_file file_;
  statements said_;
  std::map<wire::prefix, said_range> said_ranges_;
  std::map<wire::ip_address, std::uint32_t> dynamic_; ///< with the AS number that they called with
  std::map<wire::ip_address, member> members_;
  std::map<wire::ip_address, mistake> troubles_;
};

/// What a step from one roster to the next means for a neighbour.
enum class step : std::uint8_t { added, removed, none, soft, reset };
std::string_view to_string(step s) noexcept;

/// Neighbours that differ, by address.
std::map<wire::ip_address, step> steps_between(const roster& before, const roster& after);
/// Neighbours of the file that are not, or not only, as the file says.
std::vector<wire::ip_address> kept_by_api(const roster& now);
/// Ranges of the API that differ, as `statements_between`; within: unset is a removed one of the file.
std::map<wire::prefix, std::optional<roster::said_range>> ranges_between(const roster& before, const roster& after);
/// Statements that differ: what has to be stored, or forgotten where it is not set.
std::map<wire::ip_address, std::optional<api_statement>> statements_between(const roster& before, const roster& after);

} // namespace bellman::peer
