#pragma once
// A chain of policies, compiled: immutable, shared by every partition, evaluated in place without a message.
//
// The names "accept-all" and "reject-all" are built in. An empty chain accepts on iBGP and rejects on eBGP with reason
// "no policy" (RFC 8212); `compile_chain` is told which.

#include "actors/policy/definition.hpp"
#include "wire/bgp/nlri.hpp"
#include "wire/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::policy {

/// What evaluation may look at. `attributes` are as they came into the chain.
struct subject {
  wire::prefix prefix; ///< Ignored when the program does not read prefixes.
  wire::family family;
  const wire::path_attributes& attributes;
  std::uint32_t local_as = 0;                                       ///< For "prepend our own".
  wire::segment_type own_segment = wire::segment_type::as_sequence; ///< Where that goes.
};

struct verdict {
  bool accepted = false;
  std::uint16_t reason = 0; ///< With rejection: an index for program::reason_text.
  bool med_set = false;     ///< Policy set MED: it may leave over eBGP.
  /// The attributes after the chain, where an action really changed something.
  std::optional<wire::path_attributes> rewritten;
};

class program {
public:
  virtual ~program() = default;

  virtual verdict evaluate(const subject& s) const = 0;
  /// Does any condition read the prefix itself? If not, one verdict serves every prefix with the same attributes.
  bool reads_prefix() const noexcept { return reads_prefix_; }
  bool accepts_everything() const noexcept { return accepts_everything_; } ///< unchanged
  bool rejects_everything() const noexcept { return rejects_everything_; } ///< with reason 0
  std::string_view reason_text(std::uint16_t reason) const noexcept {
    return reason < reasons_.size() ? std::string_view{reasons_[reason]} : std::string_view{"policy"};
  }

protected:
  bool reads_prefix_ = false, accepts_everything_ = false, rejects_everything_ = false;
  std::vector<std::string> reasons_; ///< [0] always stands for a plain reject.
};

using program_ptr = std::shared_ptr<const program>;

/// Ready programs for tests and for sessions without a chain.
program_ptr accept_all();
program_ptr reject_all(std::string reason);

struct compile_error {
  std::string where; ///< "policy customer-in, statement 2"
  std::string what;
  bool operator==(const compile_error&) const = default;
};

enum class session_type : std::uint8_t { ibgp, ebgp };

/// Compiles the named policies in order. Names that do not exist are errors.
result<program_ptr, compile_error> compile_chain(const definitions& all, const std::vector<std::string>& chain,
                                                 session_type type);

/// Which chain a session uses, as a key that equal chains share: "ebgp:customer-in,default".
std::string chain_key(const std::vector<std::string>& chain, session_type type);

} // namespace bellman::policy
