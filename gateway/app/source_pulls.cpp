#include "gateway/app/source_pulls.h"

#include "gateway/app/destination_credentials.h"
#include "gateway/app/gateway.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

constexpr std::string_view kFile = "file:";

/// A secret is a line: its end is no part of it.
std::string withoutLineEnd(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

}  // namespace

std::function<base::Result<std::string>(const std::string& reference)> secretsOf(const std::string& directory) {
    return [directory](const std::string& reference) -> base::Result<std::string> {
        auto text = crypto::readPrivateFile(resolvePath(directory, reference.substr(kFile.size())));
        if (!text.ok()) return base::makeError(base::ErrorCode::ConfigInvalid, text.error().detail);
        return withoutLineEnd(*std::move(text));
    };
}

kit::PullSurroundings drySurroundings(
    const std::string& directory, const kit::Manifest& manifest, ledger::View& view, const base::Clock& clock
) {
    const auto reference = [&manifest](const std::string& name) -> base::Result<std::string> {
        const auto found = manifest.secrets.find(name);
        if (found == manifest.secrets.end()) return base::makeError(base::ErrorCode::ConfigInvalid, "secrets has no " + name);
        return found->second;
    };
    const auto secret = [reference, read = secretsOf(directory)](const std::string& name) -> base::Result<std::string> {
        auto file = reference(name);
        return file.ok() ? read(*file) : file;
    };
    return {
        .clock = clock,
        .secret = secret,
        .secret_path = [=](const std::string& name) -> base::Result<std::string> {
            if (auto value = secret(name); !value.ok()) return value;  // one that others may read is refused like any other
            return resolvePath(directory, reference(name).value().substr(kFile.size()));
        },
        .deployment_path = [directory](const std::string& file) { return resolvePath(directory, file); },
        .file_mark = [&view, &manifest](const std::string& name) { return intake::fileMark(view, manifest.id, name); },
        .before_request = [] {},
        .stop = {},
        .dry = true};
}

intake::PullParts pullParts(
    const Config& config, ledger::Store& store, intake::SourceMessages& messages, const trust::TrustHolder& trust,
    const base::Clock& clock, base::Random& random, trust::RevocationBook& revocation
) {
    const std::string directory = config.directory();
    return {
        .store = store,
        .messages = messages,
        .trust = trust,
        .clock = clock,
        .random = random,
        .secret = secretsOf(directory),
        .deployment_path = [directory](const std::string& file) { return resolvePath(directory, file); },
        .log = logLine,
        .judge = [&revocation](const kit::Manifest& manifest) {
            return farSideJudge(revocation, "source " + manifest.id, manifest.pull->revocation);
        }};
}

}  // namespace yht::app
