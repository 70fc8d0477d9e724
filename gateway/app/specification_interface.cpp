// interfaceBlocks(): the OpenAPI file as people read it, its paths in the order of the route table.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

#include "gateway/app/specification.h"
#include "gateway/attachments/store.h"
#include "gateway/intake/http/openapi.h"
#include "gateway/intake/http/routes.h"

namespace yht::app {
namespace {

using Kind = MarkdownBlock::Kind;
using Rows = std::vector<std::vector<std::string>>;

MarkdownBlock heading(int level, std::string text) {
    return {.kind = Kind::Heading, .level = level, .text = std::move(text)};
}
MarkdownBlock table(Rows rows) { return {.kind = Kind::Table, .rows = std::move(rows)}; }

std::string code(const std::string& text) { return "`" + text + "`"; }

std::string text(const YAML::Node& node, const char* name) { return node[name].as<std::string>(""); }

class Interface {
public:
    Interface() : document_(YAML::Load(http::openApiText())) {}

    std::vector<MarkdownBlock> blocks() {
        blocks_.push_back(heading(1, "接口 Paths"));
        for (const auto& route : http::routeTable()) {
            if (route.listener == http::RouteListener::Partner) addRoute(route);
        }
        blocks_.push_back(heading(1, "应答的数据结构 What answers are made of"));
        for (const auto& schema : document_["components"]["schemas"]) {
            const auto name = schema.first.as<std::string>();
            if (schema.second["properties"] && name.front() >= 'A' && name.front() <= 'Z') {
                addObject(name, schema.second);
            }
        }
        return std::move(blocks_);
    }

private:
    /// What a "$ref" points to; the node itself without one.
    YAML::Node resolved(const YAML::Node& node) const {
        if (!node["$ref"]) return node;
        const auto reference = node["$ref"].as<std::string>().substr(2);
        YAML::Node at;
        at.reset(document_);
        for (std::size_t from = 0; from < reference.size();) {
            const auto end = std::min(reference.find('/', from), reference.size());
            at.reset(std::as_const(at)[reference.substr(from, end - from)]);
            from = end + 1;
        }
        return at;
    }

    static std::string typeOf(const YAML::Node& schema) {
        if (schema["$ref"]) {
            const auto reference = schema["$ref"].as<std::string>();
            return code(reference.substr(reference.rfind('/') + 1));
        }
        for (const char* choice : {"oneOf", "anyOf", "allOf"}) {
            if (!schema[choice]) continue;
            std::string all;
            for (const auto& each : schema[choice]) {
                all += (all.empty() ? "" : std::string(choice) == "allOf" ? " + " : " / ") + typeOf(each);
            }
            return all;
        }
        if (schema["const"]) return code(text(schema, "const"));
        if (schema["enum"]) {
            std::string all;
            for (const auto& each : schema["enum"]) all += (all.empty() ? "" : " ") + code(each.as<std::string>());
            return all;
        }
        if (text(schema, "type") == "array") return typeOf(schema["items"]) + " […]";
        return text(schema, "type");
    }

    static std::string boundsOf(const YAML::Node& schema) {
        std::string bounds;
        for (const char* name : {"minimum", "maximum", "default", "pattern"}) {
            if (schema[name]) bounds += (bounds.empty() ? "" : ", ") + std::string(name) + " " + code(text(schema, name));
        }
        return bounds;
    }

    static std::string rightsOf(const http::Route& route) {
        std::string rights;
        for (unsigned bit = 0; bit < 32; ++bit) {
            if ((route.rights & (1U << bit)) == 0) continue;
            rights += (rights.empty() ? "" : " / ") + code(trust::rightName(static_cast<trust::Right>(bit)));
        }
        return rights.empty() ? "已登记的对接方 any known partner" : rights;
    }

    static std::string bodyMaxOf(const http::Route& route) {
        switch (route.body) {
            case http::Body::None:
            case http::Body::Unread: return "–";
            case http::Body::Json:
            case http::Body::Whole: return std::to_string(route.body_bytes_max) + " B";
            case http::Body::Streamed:
                return std::to_string(attachments::kBytesMaxDefault) + " B, `attachments.bytes_max`";
        }
        YHT_ASSERT(false);
    }

    void addRoute(const http::Route& route) {
        std::string method = route.method;
        for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
        const auto operation = document_["paths"][route.path][method];
        blocks_.push_back(heading(2, std::string(route.method) + " " + route.path));
        blocks_.push_back({.kind = Kind::Paragraph, .text = text(operation, "summary")});
        for (auto& block : parseMarkdown(text(operation, "description"))) blocks_.push_back(std::move(block));
        const bool is_signed = route.signature == http::Signature::Required;
        Rows rows = {{"权限 rights", "签名 signature", "请求体上限 body at most"},
                     {rightsOf(route), is_signed ? "必需 required" : "–",
                      bodyMaxOf(route)}};
        blocks_.push_back(table(std::move(rows)));
        addParameters(operation);
        addAnswers(operation);
    }

    void addParameters(const YAML::Node& operation) {
        Rows rows = {{"参数 parameter", "位置 in", "必填 required", "类型 type", "说明 meaning"}};
        for (const auto& each : operation["parameters"]) {
            const auto parameter = resolved(each);
            const auto bounds = boundsOf(parameter["schema"]);
            rows.push_back({code(text(parameter, "name")), text(parameter, "in"),
                            parameter["required"].as<bool>(false) ? "是 yes" : "–",
                            typeOf(parameter["schema"]) + (bounds.empty() ? "" : "; " + bounds),
                            text(parameter, "description")});
        }
        if (rows.size() > 1) blocks_.push_back(table(std::move(rows)));
    }

    void addAnswers(const YAML::Node& operation) {
        Rows rows = {{"状态 status", "说明 meaning", "内容 content"}};
        for (const auto& each : operation["responses"]) {
            const auto answer = resolved(each.second);
            std::string content;
            for (const auto& media : answer["content"]) {
                content += (content.empty() ? "" : "; ") + media.first.as<std::string>();
                const auto type = typeOf(media.second["schema"]);
                if (!type.empty()) content += ": " + type;
            }
            rows.push_back({each.first.as<std::string>(), text(answer, "description"), content});
        }
        blocks_.push_back(table(std::move(rows)));
    }

    void addObject(const std::string& name, const YAML::Node& schema) {
        blocks_.push_back(heading(2, code(name)));
        if (schema["description"]) blocks_.push_back({.kind = Kind::Paragraph, .text = text(schema, "description")});
        Rows rows = {{"成员 member", "必有 always", "类型 type", "说明 meaning"}};
        addMembers(rows, schema, "");
        blocks_.push_back(table(std::move(rows)));
    }

    /// Members of objects within are named with their path: "state.code", "records[].seq".
    void addMembers(Rows& rows, const YAML::Node& schema, const std::string& before) {
        std::vector<std::string> required;
        for (const auto& each : schema["required"]) required.push_back(each.as<std::string>());
        for (const auto& each : schema["properties"]) {
            const auto name = each.first.as<std::string>();
            const YAML::Node member = each.second;
            const bool always = std::find(required.begin(), required.end(), name) != required.end();
            rows.push_back({code(before + name), always ? "是 yes" : "–", typeOf(member), text(member, "description")});
            addMembers(rows, member, before + name + ".");
            if (member["items"]) addMembers(rows, member["items"], before + name + "[].");
        }
    }

    const YAML::Node document_;
    std::vector<MarkdownBlock> blocks_;
};

}  // namespace

std::vector<MarkdownBlock> interfaceBlocks() { return Interface().blocks(); }

}  // namespace yht::app
