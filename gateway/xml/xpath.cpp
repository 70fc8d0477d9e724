#include "gateway/xml/xpath.h"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <memory>

namespace yht::xml {
namespace {

using base::ErrorCode;

struct FreeContext {
    void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
};
struct FreeExpression {
    void operator()(xmlXPathCompExpr* expression) const { xmlXPathFreeCompExpr(expression); }
};
struct FreeObject {
    void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
using Context = std::unique_ptr<xmlXPathContext, FreeContext>;
using Expression = std::unique_ptr<xmlXPathCompExpr, FreeExpression>;

const xmlChar* xmlText(const std::string& text) {
    return reinterpret_cast<const xmlChar*>(text.c_str());
}

// libxml2 prints to stderr where nobody listens.
void ignoreError(void*, xmlError*) {}

base::Error notXPath(const std::string& expression) {
    return base::makeError(ErrorCode::ManifestInvalid, "not an XPath expression: " + expression);
}

Context contextFor(xmlDoc* document, const Prefixes& prefixes, const XPathLimits& limits) {
    Context context(xmlXPathNewContext(document));
    if (!context) return context;
    context->error = ignoreError;
    context->opLimit = limits.operations_max;
    for (const auto& [prefix, uri] : prefixes)
        xmlXPathRegisterNs(context.get(), xmlText(prefix), xmlText(uri));
    return context;
}

base::Error evaluationError(const xmlXPathContext& context, const std::string& expression) {
    const int code = context.lastError.code - XML_XPATH_EXPRESSION_OK;
    if (code == XPATH_OP_LIMIT_EXCEEDED || code == XPATH_RECURSION_LIMIT_EXCEEDED) {
        return base::makePublicError(
            ErrorCode::ItemTooLarge, "Finding the items takes more work than is allowed.",
            "查找条目所需的运算超过上限。"
        );
    }
    return notXPath(expression);
}

}  // namespace

base::Status checkXPath(
    const std::string& expression, const Prefixes& prefixes, const XPathLimits& limits
) {
    if (expression.size() > limits.expression_bytes_max) return notXPath(expression.substr(0, 40));
    // A prefix is looked up when it is met, so that it takes a document to find it missing.
    auto document = Document::parse("<a/>");
    if (!document) return std::move(document).error();
    auto selected = selectElements(*document, expression, prefixes, limits);
    if (!selected) return std::move(selected).error();
    return {};
}

base::Result<std::vector<Element>> selectElements(
    const Document& document, const std::string& expression, const Prefixes& prefixes,
    const XPathLimits& limits
) {
    const Context context = contextFor(document.native(), prefixes, limits);
    if (!context) return base::makeError(ErrorCode::Internal, "libxml2 has no memory");
    const Expression compiled(xmlXPathCtxtCompile(context.get(), xmlText(expression)));
    if (!compiled) return notXPath(expression);
    const std::unique_ptr<xmlXPathObject, FreeObject> found(
        xmlXPathCompiledEval(compiled.get(), context.get())
    );
    if (!found) return evaluationError(*context, expression);
    if (found->type != XPATH_NODESET) return notXPath(expression);
    std::vector<Element> elements;
    const int count = found->nodesetval == nullptr ? 0 : found->nodesetval->nodeNr;
    if (static_cast<std::size_t>(count) > limits.elements_max) {
        return base::makePublicError(
            ErrorCode::ItemTooLarge, "More elements are selected than are allowed.",
            "选中的元素超过上限。"
        );
    }
    xmlXPathNodeSetSort(found->nodesetval);
    for (int i = 0; i < count; ++i) {
        const xmlNode* node = found->nodesetval->nodeTab[i];
        if (node->type != XML_ELEMENT_NODE) return notXPath(expression);
        elements.emplace_back(node);
    }
    return elements;
}

}  // namespace yht::xml
