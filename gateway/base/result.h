// Result<T>: a value or an Error. Refusals are values; see error.h.
// Uses: std. Used by: everything.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "gateway/base/assert.h"
#include "gateway/base/error.h"

namespace yht::base {

/// A T, or the Error that stands in its place.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    /// Requires: ok().
    T& value() & { YHT_ASSERT(ok()); return std::get<0>(state_); }
    const T& value() const& { YHT_ASSERT(ok()); return std::get<0>(state_); }
    T&& value() && { YHT_ASSERT(ok()); return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// Requires: !ok().
    const Error& error() const& { YHT_ASSERT(!ok()); return std::get<1>(state_); }
    Error&& error() && { YHT_ASSERT(!ok()); return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_.has_value(); }
    explicit operator bool() const { return ok(); }
    /// Requires: !ok().
    const Error& error() const& { YHT_ASSERT(!ok()); return *error_; }
    Error&& error() && { YHT_ASSERT(!ok()); return *std::move(error_); }

private:
    std::optional<Error> error_;
};

}  // namespace yht::base
