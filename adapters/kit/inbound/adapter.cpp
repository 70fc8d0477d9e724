#include "adapters/kit/inbound/adapter.h"

#include <algorithm>
#include <mutex>

#include "adapters/kit/inbound/inbound_mapping.h"
#include "adapters/kit/inbound/manifest_reader.h"
#include "gateway/crypto/digest.h"

namespace yht::kit {
namespace {

// Raised when the engine makes other records of the same item and manifest.
constexpr std::string_view kEngineVersion = "3";
constexpr std::size_t kVersionHexDigits = 16;
constexpr std::size_t kIdleStatesMax = 16;
constexpr const char* kCityHotline = "12345";

/// Function states that no thread uses at the moment. Thread-safety: any thread.
class FunctionPool {
public:
    FunctionPool(std::vector<std::string> chunks, std::vector<std::string> names)
        : chunks_(std::move(chunks)), names_(std::move(names)) {}

    bool needed() const { return !names_.empty(); }
    base::Result<std::unique_ptr<FunctionState>> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto state = std::move(idle_.back());
                idle_.pop_back();
                return state;
            }
        }
        return makeFunctions(chunks_, names_);
    }
    void giveBack(std::unique_ptr<FunctionState> state) {
        const std::lock_guard lock(mutex_);
        if (idle_.size() < kIdleStatesMax) idle_.push_back(std::move(state));
    }

private:
    const std::vector<std::string> chunks_, names_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<FunctionState>> idle_;  // protected by mutex_
};

class ManifestAdapter final : public Adapter {
public:
    ManifestAdapter(
        Manifest manifest, MappingRules rules, std::shared_ptr<const Decoder> decoder,
        std::string version
    )
        : manifest_(std::move(manifest)),
          decoder_(std::move(decoder)),
          functions_(rules.function_chunks, rules.function_names),
          mapping_(manifest_.source, std::move(rules)),
          version_(std::move(version)) {}

    const Manifest& manifest() const override { return manifest_; }
    const std::string& version() const override { return version_; }

    base::Status adapt(
        std::string_view message, const MessageContext& context,
        const std::vector<ItemPatch>& patches, const AdaptedSink& sink
    ) const override {
        std::unique_ptr<FunctionState> state;
        if (functions_.needed()) {
            auto taken = functions_.take();
            if (!taken) return std::move(taken).error();
            state = std::move(*taken);
        }
        auto status = decoder_->decode(message, [&](DecodedItem&& item) {
            return sink(adaptItem(std::move(item), context, patches, state.get()));
        });
        if (state) functions_.giveBack(std::move(state));
        return status;
    }

private:
    AdaptedItem adaptItem(
        DecodedItem item, const MessageContext& context, const std::vector<ItemPatch>& patches,
        FunctionState* state
    ) const {
        AdaptedItem adapted;
        adapted.index = item.index;
        adapted.place = std::move(item.place);
        adapted.raw_offset = item.raw_offset;
        adapted.raw_bytes = item.raw_bytes;
        if (!item.ignored_by.empty()) {
            adapted.fate = ItemFate::Ignored;
            adapted.ignored_by = std::move(item.ignored_by);
        } else if (item.failure) {
            adapted.failure = std::move(item.failure);
        } else {
            if (adapted.raw_bytes == 0) {
                adapted.value_digest = crypto::sha256(canonicalForm(item.value));
            }
            for (const auto& patch : patches) {
                if (patch.index != adapted.index) continue;
                if (const auto failed = apply(patch, item.value); !failed) {
                    adapted.failure = failed.error();
                    return adapted;
                }
            }
            if (state != nullptr) state->nextItem();
            mapping_.map(item.value, context, state, adapted);
            for (auto& each : adapted.records) nameHotline(each.record);
        }
        return adapted;
    }

    /// A hotline that keeps its number says so on its tickets; one that was merged has none any more, but what is from
    /// before (origin history) was called under it.
    void nameHotline(ticket::Record& record) const {
        using ticket::Field;
        const std::string& channel = record.text(Field::channel);
        const bool by_telephone = record.kind() == ticket::Kind::Appeal && (channel == "01" || channel == "15");
        if (!by_telephone || record.has(Field::hotline_number)) return;
        const bool gone = manifest_.mode == IntegrationMode::Merged && !record.isHistory();
        const std::string number = gone ? kCityHotline : manifest_.hotline;
        if (!number.empty()) record.set(Field::hotline_number, number);
    }

    static base::Status apply(const ItemPatch& patch, ItemValue& item) {
        auto path = Path::parse(patch.path);
        if (path && !path->hasEach() && path->setText(item, patch.text)) return {};
        auto error =
            base::makeError(base::ErrorCode::ItemUnmapped, "a patch does not fit the item");
        error.fields = {mappingError(MappingError::NotAScalar, "/" + patch.path, "patch")};
        return error;
    }

    const Manifest manifest_;
    const std::shared_ptr<const Decoder> decoder_;
    mutable FunctionPool functions_;
    const InboundMapping mapping_;
    const std::string version_;
};

}  // namespace

base::Result<std::shared_ptr<const Adapter>> Adapter::load(
    const std::string& sources_directory, const std::string& products_directory,
    const std::string& id
) {
    auto tree = readManifestTree(sources_directory, products_directory, id);
    if (!tree) return std::move(tree).error();
    auto read = readManifest(*tree, id);
    if (!read) return std::move(read).error();
    auto decoder = makeDecoder(read->manifest.decode);
    if (!decoder) return std::move(decoder).error();
    const auto& rules = read->mapping;
    // A function that is missing, or a chunk that does not run, is known now and not with the first
    // item.
    if (!rules.function_names.empty() || !rules.function_chunks.empty()) {
        if (auto made = makeFunctions(rules.function_chunks, rules.function_names); !made)
            return std::move(made).error();
    }
    const std::string whole =
        std::string(kEngineVersion) + '\0' + effectiveText(*tree) + '\0' + read->files_read;
    const std::string version = base::toHex(crypto::sha256(whole)).substr(0, kVersionHexDigits);
    return std::shared_ptr<const Adapter>(std::make_shared<ManifestAdapter>(
        std::move(read->manifest), std::move(read->mapping), std::move(*decoder), version
    ));
}

}  // namespace yht::kit
