#pragma once
// What neighbours there are: what the file says, what the API said, and what comes of both. Pure: every change gives a
// new roster, which is taken over once it is stored.

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

class roster {
public:
  using statements = std::map<wire::ip_address, api_statement>;
  struct member {
    neighbor_settings settings;
    bool by_api = false; ///< made or changed by it
    bool operator==(const member&) const = default;
  };

  /// Who takes part, by address.
  const std::map<wire::ip_address, member>& members() const noexcept { return members_; }
  const statements& said() const noexcept { return said_; }
  /// Neighbours of the API that cannot be as they are stated (a group that the file has no more): they stay as they
  /// were, or are left out. By address, for people.
  const std::map<wire::ip_address, mistake>& troubles() const noexcept { return troubles_; }
  bool file_names(const wire::ip_address& a) const { return file_.neighbors.contains(a); }

  /// Another file. Fails as a whole where one of its own neighbours is wrong.
  result<roster, mistake> with_file(neighbor_file file) const;
  /// What the ledger has.
  roster with_statements(statements all) const;
  result<roster, mistake> with_added(const wire::ip_address& a, std::string group, const neighbor_patch& patch) const;
  /// `patch` goes over what is in force. A neighbour that the API leaves as the file has it is the file's again.
  result<roster, mistake> with_changed(const wire::ip_address& a, const std::optional<std::string>& group,
                                       const neighbor_patch& patch) const;
  result<roster, mistake> with_removed(const wire::ip_address& a) const;

private:
  /// How it is written in the end; nothing if it does not take part.
  std::optional<written_neighbor> written(const wire::ip_address& a) const;
  result<neighbor_settings, mistake> resolved(const wire::ip_address& a, const written_neighbor& w) const;
  result<done, mistake> recompute();
  std::optional<mistake> recompute(const wire::ip_address& a);

  neighbor_file file_;
  statements said_;
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
/// Statements that differ: what has to be stored, or forgotten where it is not set.
std::map<wire::ip_address, std::optional<api_statement>> statements_between(const roster& before, const roster& after);

} // namespace bellman::peer
