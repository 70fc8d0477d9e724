#include "gateway/app/source_pulls.h"

#include "gateway/app/gateway.h"

namespace yht::app {
namespace {

constexpr std::string_view kFile = "file:";

/// A secret is a line: its end is no part of it.
std::string withoutLineEnd(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

}  // namespace

intake::PullParts pullParts(
    const Config& config, ledger::Store& store, intake::SourceMessages& messages, const trust::TrustHolder& trust,
    const base::Clock& clock, base::Random& random
) {
    const std::string directory = config.directory();
    return {
        .store = store,
        .messages = messages,
        .trust = trust,
        .clock = clock,
        .random = random,
        .secret = [directory](const std::string& reference) -> base::Result<std::string> {
            auto text = readSecret(resolvePath(directory, reference.substr(kFile.size())));
            if (!text.ok()) return base::makeError(base::ErrorCode::ConfigInvalid, text.error().detail);
            return withoutLineEnd(*std::move(text));
        },
        .deployment_path = [directory](const std::string& file) { return resolvePath(directory, file); },
        .log = logLine};
}

}  // namespace yht::app
