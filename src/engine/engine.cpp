// The one translation unit that holds the bodies.
#include <cudacompat/engine.hpp>
#include <cudacompat/json_body.hpp>
#include <cudacompat/matrix_body.hpp>
#include <cudacompat/matrix_text_body.hpp>

template class cudacompat::opaque<cudacompat::question_ref>;
template class cudacompat::opaque<cudacompat::knowledge_base>;
