#include "capnp/row_writer.hpp"

#include "capnp/attribute_values.hpp"
#include "capnp/values.hpp"
#include "wire/bgp/attribute/reach.hpp"

#include <algorithm>
#include <chrono>

namespace bellman::api {

namespace {

constexpr std::uint32_t no_set = 0xFFFFFFFF;

/// What left for the neighbour: its form applied, then read as the neighbour reads it. AS numbers are shown four octets
/// wide also where the session has two: AS4_PATH carries them past AS_TRANS (RFC 6793 §4.2.2).
wire::path_attributes as_sent(const rib::attribute_set& set, const wire::outbound_form& form, wire::family family) {
  auto wide = form;
  wide.four_byte_as = true;
  wire::outbound_attributes sent;
  wire::apply_form(set.canonical(), family, wide, sent);
  auto a = wire::decode_canonical(sent.block);
  if (!sent.mp_next_hop.empty())
    a.next_hop = wire::attribute::read_next_hop(sent.mp_next_hop);
  return a;
}

} // namespace

std::uint32_t page_writer::clock_now() noexcept {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

std::uint32_t page_writer::index_of(const rib::attr_ref& attributes, const wire::outbound_form* form,
                                    wire::family family) {
  if (!attributes)
    return no_set;
  // Within a page a handle means one set (the rows hold references), and one session has one form for each.
  const auto key = std::uint64_t{rib::number(attributes.handle())} << 2 | (family.afi == wire::afi::ipv6 ? 2u : 0u) |
                   (form != nullptr ? 1u : 0u);
  if (key == last_key_)
    return last_index_;
  const auto [at, fresh] = known_.try_emplace(key, static_cast<std::uint32_t>(sets_.size()));
  if (fresh)
    sets_.push_back({&attributes, form, family});
  last_key_ = key;
  last_index_ = at->second;
  return at->second;
}

void page_writer::add(const rib::route_row& row) {
  const auto family = row.prefix.family();
  indices_.push_back(index_of(row.attributes, row.form.get(), family));
  indices_.push_back(index_of(row.received_attributes, nullptr, family));
  if (std::ranges::find(sources_, row.source) == sources_.end())
    sources_.push_back(row.source);
}

void page_writer::write_sets(::capnp::List<AttributeSet>::Builder out) const {
  for (unsigned i = 0; i < out.size(); ++i) {
    const auto& s = sets_[i];
    write_attributes(s.form != nullptr ? as_sent(**s.attributes, *s.form, s.family)
                                       : wire::decode_canonical((*s.attributes)->canonical()),
                     out[i]);
  }
}

void page_writer::write_sources(const neighbor_names& names, ::capnp::List<NeighborName>::Builder out) const {
  for (unsigned i = 0; i < out.size(); ++i) {
    out[i].setId(rib::number(sources_[i]));
    if (const auto* n = names.find(sources_[i])) {
      out[i].setAddress(host_octets{n->address});
      out[i].setAsn(n->asn);
    }
  }
}

bool page_writer::lacks_names(const neighbor_names& names) const {
  return std::ranges::any_of(sources_,
                             [&](rib::peer_id id) { return id != rib::local_source && names.find(id) == nullptr; });
}

void page_writer::write(const rib::route_row& row, Route::Builder out) {
  out.setSource(rib::number(row.source));
  out.setPathId(row.path_id);
  out.setAge(now_ > row.received_at ? now_ - row.received_at : 0);
  out.setAttributes(indices_[written_]);
  out.setReceivedAttributes(indices_[written_ + 1]);
  written_ += 2;
  out.setBest(row.best);
  out.setStale(row.stale);
  out.setMultipath(row.multipath);
  out.setRejected(static_cast<RejectReason>(row.rejected));
  if (!row.reject_text.empty())
    out.setRejectText(as_text(row.reject_text));
}

} // namespace bellman::api
