#include "actors/rib/emitter.hpp"

#include "actors/rib/hashing.hpp"
#include "actors/rib/session_form.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {

constexpr std::size_t buffer_limit = 64 * 1024; ///< then another one is begun; a message is never cut

std::uint32_t count_messages(const wire::bytes& data) noexcept {
  std::uint32_t n = 0;
  for (std::size_t at = 0; at < data.size(); at += wire::read_u16(data.data() + at + 16))
    ++n;
  return n;
}

void finish(flush& out, std::shared_ptr<encoded_updates> updates, peer_bits to) {
  if (updates->data.empty())
    return;
  updates->messages = count_messages(updates->data);
  out.push_back({std::move(updates), std::move(to)});
}

} // namespace

template <class Prefix, wire::path_ids Ids>
void emitter<Prefix, Ids>::find_group(attr_handle attributes, set_id to) {
  if ((groups_.size() + 1) * 2 > index_.size()) {
    index_.assign(std::max<std::size_t>(index_.size() * 2, 256), 0);
    for (std::uint32_t i = 0; i < groups_.size(); ++i) {
      auto at = hash_of(groups_[i].attributes, groups_[i].to) & (index_.size() - 1);
      while (index_[at] != 0)
        at = (at + 1) & (index_.size() - 1);
      index_[at] = i + 1;
    }
  }
  const auto mask = index_.size() - 1;
  auto at = hash_of(attributes, to) & mask;
  while (index_[at] != 0) {
    const auto& g = groups_[index_[at] - 1];
    if (g.attributes == attributes && g.to == to)
      break;
    at = (at + 1) & mask;
  }
  if (index_[at] == 0) {
    groups_.push_back({attributes, to, 0, 0});
    index_[at] = static_cast<std::uint32_t>(groups_.size());
  }
  last_group_ = index_[at] - 1;
  last_ = groups_[last_group_];
}

template <class Prefix, wire::path_ids Ids>
void emitter<Prefix, Ids>::sort_rows() {
  std::uint32_t begin = 0;
  for (auto& g : groups_) {
    g.begin = begin;
    begin += g.count;
    g.count = 0;
  }
  sorted_.resize(rows_.size());
  if constexpr (with_ids)
    sorted_ids_.resize(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& r = rows_[i];
    auto& g = groups_[r.group];
    if constexpr (with_ids)
      sorted_ids_[g.begin + g.count] = ids_[i];
    sorted_[g.begin + g.count++] = r.prefix;
  }
}

template <class Prefix, wire::path_ids Ids>
typename emitter<Prefix, Ids>::open_buffer& emitter<Prefix, Ids>::buffer_for(std::uint32_t encoding, const group& g,
                                                                             const peer_set_table& sets,
                                                                             const cohort_table& cohorts, flush& out) {
  const std::uint64_t key = std::uint64_t{encoding} << 32 | g.to;
  auto found = std::ranges::find_if(buffers_, [&](const open_buffer& b) { return b.key == key; });
  if (found == buffers_.end()) {
    if (buffers_.size() >= 64) { // a slice for very many different sets: a linear search must stay short
      finish(out, std::move(buffers_.front().updates), std::move(buffers_.front().to));
      buffers_.erase(buffers_.begin());
    }
    auto to = sets[g.to];
    if (cohorts.encodings().size() > 1)
      to &= cohorts.encodings()[encoding].members[family_index<Prefix>];
    buffers_.push_back({key, std::make_shared<encoded_updates>(), std::move(to)});
    return buffers_.back();
  }
  if (found->updates->data.size() > buffer_limit) {
    finish(out, std::exchange(found->updates, std::make_shared<encoded_updates>()), found->to);
  }
  return *found;
}

template <class Prefix, wire::path_ids Ids>
std::size_t emitter<Prefix, Ids>::encode_group(const group& g, std::uint32_t encoding, const attribute_table& table,
                                               const cohort_table& cohorts, open_buffer& buffer) {
  const auto& form = cohorts.encodings()[encoding].form;
  const std::span<const Prefix> prefixes{sorted_.data() + g.begin, g.count};
  std::span<const std::uint32_t> ids;
  if constexpr (with_ids)
    ids = {sorted_ids_.data() + g.begin, g.count};
  auto& data = buffer.updates->data;
  if (g.attributes == no_attributes) {
    wire::write_withdrawals(data, form, prefixes, ids);
    return 0;
  }
  const auto& set = table[g.attributes];
  std::size_t refused;
  const bool plain = set.variant == static_cast<std::uint8_t>(set_variant::learned) && !set.summary.on_link &&
                     form.shared_subnets.empty();
  if (!plain) {
    const auto own = form_for(set, Prefix::family, form);
    wire::apply_form(set.canonical(), Prefix::family, own, scratch_);
    refused = wire::write_announcements(data, scratch_, own, prefixes, ids);
  } else {
    wire::apply_form(set.canonical(), Prefix::family, form, scratch_);
    refused = wire::write_announcements(data, scratch_, form, prefixes, ids);
  }
  if (refused != 0) // what cannot be said must at least not stay as it was
    wire::write_withdrawals(data, form, prefixes, ids);
  return refused;
}

template <class Prefix, wire::path_ids Ids>
std::size_t emitter<Prefix, Ids>::encode(const attribute_table& table, const peer_set_table& sets,
                                         const cohort_table& cohorts, flush& out) {
  if (rows_.empty())
    return 0;
  sort_rows();
  std::size_t refused = 0;
  const auto classes = static_cast<std::uint32_t>(cohorts.encodings().size());
  for (const auto& g : groups_)
    for (std::uint32_t e = 0; e < classes; ++e) {
      if (classes > 1 && !sets[g.to].intersects(cohorts.encodings()[e].members[family_index<Prefix>]))
        continue;
      refused += encode_group(g, e, table, cohorts, buffer_for(e, g, sets, cohorts, out));
    }
  for (auto& b : buffers_)
    finish(out, std::move(b.updates), std::move(b.to));
  buffers_.clear();
  groups_.clear();
  if (index_.size() > 4096)
    index_ = {}; // a long slice must not make every short one after it slow
  std::ranges::fill(index_, 0);
  rows_.clear();
  ids_.clear();
  last_ = {};
  return refused;
}

template class emitter<wire::prefix4>;
template class emitter<wire::prefix6>;
template class emitter<wire::prefix4, wire::path_ids::present>;
template class emitter<wire::prefix6, wire::path_ids::present>;

} // namespace bellman::rib
