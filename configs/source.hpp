#pragma once
// The text of a config file, by line; what can be said against it before it is parsed; and spelling.

#include "configs/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::configs {

class source_text {
public:
  /// @pre `text` outlives this.
  source_text(std::string_view text, std::string filename);

  std::string_view text() const noexcept { return text_; }
  const std::string& filename() const noexcept { return filename_; }
  /// The line with this number (from 1), without its end; empty if there is none.
  std::string_view line(std::uint32_t number) const noexcept;
  /// An error at an offset of the text.
  problem error_at(std::size_t offset, std::string what, std::string hint = {}) const;
  /// An error about the file as a whole.
  problem error(std::string what, std::string hint = {}) const;

private:
  std::string_view text_;
  std::string filename_;
  std::vector<std::size_t> starts_;
};

/// What would make the parser unsafe or its answers odd, and is refused first: files too large, bytes that are not
/// UTF-8, control characters, nesting so deep that a recursive parser runs out of stack.
std::optional<problem> fault_before_parsing(const source_text& source);

/// The candidate that `text` may be a misspelling of; empty if none is near.
std::string nearest(std::string_view text, const std::vector<std::string>& candidates);

/// "did you mean `x`?", or empty.
std::string did_you_mean(std::string_view text, const std::vector<std::string>& candidates);

} // namespace bellman::configs
