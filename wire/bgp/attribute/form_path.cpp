#include "wire/bgp/attribute/form_path.hpp"

#include "wire/bgp/attribute/as_path.hpp"

namespace bellman::wire {

namespace {

/// Private numbers first, then the neighbour's own: an override sees what is left. Segments that end up empty go.
bytes_view rewrite_numbers(bytes_view value, const outbound_form& form, bytes& out) {
  out.clear();
  out.reserve(value.size());
  bool changed = false, leading = true;
  for (segment_cursor in{value}; in.next();) {
    if (in.is_confed()) {
      put(out, in.whole());
      continue;
    }
    const auto start = out.size();
    put_u8(out, static_cast<std::uint8_t>(in.type()));
    put_u8(out, 0);
    std::uint8_t count = 0;
    for (std::uint32_t i = 0; i < in.count(); ++i) {
      auto asn = in[i];
      const bool removable = form.remove_private != private_as::keep && is_private_as(asn) && asn != form.prepend_as &&
                             asn != form.spared_as;
      if (removable && (leading || form.remove_private != private_as::leading)) {
        changed = true;
        if (form.remove_private != private_as::replace) {
          continue;
        }
        asn = form.prepend_as;
      }
      leading = leading && removable;
      if (form.override_as != 0 && asn == form.override_as) {
        changed = true;
        asn = form.prepend_as;
      }
      put_u32(out, asn);
      ++count;
    }
    out[start + 1] = count;
    if (count == 0) {
      out.resize(start);
    }
  }
  return changed ? bytes_view{out} : value;
}

void put_own(const outbound_form& form, bytes& out) {
  put_u32(out, form.prepend_as);
  if (form.second_as != 0) {
    put_u32(out, form.second_as);
  }
}

} // namespace

bytes_view outgoing_path(bytes_view value, const outbound_form& form, path_scratch& scratch) {
  if (form.remove_private != private_as::keep || form.override_as != 0) {
    value = rewrite_numbers(value, form, scratch.numbers);
  }
  bool confed = false;
  if (form.strip_confed) {
    for (segment_cursor in{value}; in.next();) {
      confed = confed || in.is_confed();
    }
  }
  if (!confed && form.prepend_as == 0) {
    return value;
  }
  auto& path = scratch.path;
  path.clear();
  path.reserve(value.size() + 10);
  // RFC 4271 §5.1.2, RFC 5065 §4.1: in front of a segment of the right kind that has room, else in a new one.
  const auto kind = form.kind == session_kind::confed_ebgp ? segment_type::confed_sequence : segment_type::as_sequence;
  const std::uint32_t own = form.second_as != 0 ? 2 : 1;
  bool prepend_due = form.prepend_as != 0;
  segment_cursor in{value};
  while (in.next()) {
    if (confed && in.is_confed()) {
      continue;
    }
    if (!prepend_due) {
      put(path, in.whole());
      continue;
    }
    prepend_due = false;
    const bool joins = in.type() == kind && in.count() + own <= 255;
    put_u8(path, static_cast<std::uint8_t>(kind));
    put_u8(path, static_cast<std::uint8_t>(joins ? in.count() + own : own));
    put_own(form, path);
    put(path, joins ? in.whole().subspan(2) : in.whole());
  }
  if (prepend_due) {
    put_u8(path, static_cast<std::uint8_t>(kind));
    put_u8(path, static_cast<std::uint8_t>(own));
    put_own(form, path);
  }
  return path;
}

} // namespace bellman::wire
