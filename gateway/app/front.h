// The listener of named TLS fronts (front.* of yht.yaml): its TLS context, who the fronts are, and how both are read again.
// Uses: config, intake/http (front), trust. Used by: gateway, main.cpp.
#pragma once

#include <memory>

#include "gateway/app/config.h"
#include "gateway/intake/http/server.h"
#include "gateway/trust/revocation_book.h"

namespace yht::app {

/// What a reload puts in place.
struct FrontReload {
    Poco::Net::Context::Ptr context;
    http::FrontRules rules;
};

/// Thread-safety: prepare() and replace() from any thread.
class Front {
public:
    /// nullptr where front.listen is not set. `book` outlives it. Errors: ConfigInvalid, "certificate.*".
    static base::Result<std::unique_ptr<Front>> open(const Config& config, trust::RevocationBook& book);

    /// Outlived by nothing that was made of it.
    http::FrontOptions options(const Config& config) const;
    /// Errors: ConfigInvalid, "certificate.*"; nothing is changed.
    base::Result<FrontReload> prepare(const Config& config) const;
    void replace(FrontReload reload);

private:
    Front(trust::RevocationBook& book, FrontReload first)
        : book_(book), contexts_(std::move(first.context)), rules_(std::move(first.rules)) {}
    static base::Result<FrontReload> read(const Config& config, trust::RevocationBook& book);

    trust::RevocationBook& book_;
    trust::TlsContextHolder contexts_;
    const trust::Held<http::FrontRules> rules_;
};

}  // namespace yht::app
