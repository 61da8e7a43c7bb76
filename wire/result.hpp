#pragma once
// A value or an error that the caller has to look at: std::expected for C++20.

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

namespace bellman {

/// Marks a value as the error of a result: `return fail{open_error{...}};`
template <class E>
struct fail {
  E error;
};
template <class E>
fail(E) -> fail<E>;

/// Holds either a T or an E. Reading the one that is not there is a bug (assert).
template <class T, class E>
class [[nodiscard]] result {
public:
  using value_type = T;
  using error_type = E;

  result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  template <class F>
    requires std::is_convertible_v<F, E> result(fail<F> failed)
        : state_{std::in_place_index<1>, std::move(failed.error)} {}

    explicit operator bool() const noexcept { return state_.index() == 0; }
    bool has_value() const noexcept { return state_.index() == 0; }

    T& value() & { return checked(); }
    const T& value() const& { return const_cast<result*>(this)->checked(); }
    T&& value() && { return std::move(checked()); }
    T& operator*() & { return checked(); }
    const T& operator*() const& { return const_cast<result*>(this)->checked(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }
    const T* operator->() const { return &const_cast<result*>(this)->checked(); }

    const E& error() const {
      assert(!has_value());
      return *std::get_if<1>(&state_);
    }
    T value_or(T other) const { return has_value() ? **this : std::move(other); }

  private:
    T& checked() {
      assert(has_value());
      return *std::get_if<0>(&state_);
    }

    std::variant<T, E> state_;
};

/// A result that carries nothing but its success.
struct done {
  bool operator==(const done&) const = default;
};

} // namespace bellman
